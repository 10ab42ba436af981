"""Parameters of the model that a config describes, counted without memory, weights or data."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from torch import nn

from mmvpt.config.open import open_config
from mmvpt.layers.meta import parameters_without_memory
from mmvpt.models import TunedBackbone
from mmvpt.models.parts import count_parameters, part_of
from mmvpt.text.quiet import quietly

_TURN = Lock()


@dataclass(frozen=True)
class Count:
    """Parameters that train, by where they are, and all there are.

    Args:
        backbone: The backbone's own that train.
        tuner: Those that a tuner added.
        head: Everything else that trains: necks and heads.
        total: All parameters, trained or frozen.
        base: The backbone's own, trained or frozen.
    """

    backbone: int
    tuner: int
    head: int
    total: int
    base: int

    @property
    def trained(self) -> int:
        """All that train."""
        return self.backbone + self.tuner + self.head


def count_config(config: str, options: Mapping[str, Any] | None = None) -> Count:
    """Build the model of a config and count its parameters.

    Args:
        config: A path, or ``mmvpt::`` and the name of one of our configs.
        options: Overrides, by dotted key.
    """
    return count_model(build_without_memory(open_config(config, options)))


def count_model(model: nn.Module) -> Count:
    """Count the parameters of a model; a backbone that nothing wraps is known by its name."""
    prefixes = [f'{name}.' for name, part in model.named_modules() if isinstance(part, TunedBackbone)] or ['']
    counts = count_parameters(model, partial(part_of, prefixes=prefixes))
    trained = {part: number for part, (number, _) in counts.items()}
    backbone, tuner = trained.pop('backbone', 0), trained.pop('tuner', 0)
    total = sum(number for _, number in counts.values())
    return Count(backbone, tuner, sum(trained.values()), total, counts.get('backbone', (0, 0))[1])


def build_without_memory(config: Config) -> nn.Module:
    """Build the model of a config; its parameters have shapes and no values.

    Threads take turns: what keeps parameters from memory acts on all of a process.
    """
    with (
        _TURN,
        DefaultScope.overwrite_default_scope(config.get('default_scope')),
        _silence(),
        parameters_without_memory(),
    ):
        return MODELS.build(config.model)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what models say while they are built out of a table."""
    with quietly(logging.ERROR), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        yield

"""Parameters of the model that a config describes, counted without memory, weights or data."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import MODELS, DefaultScope
from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from mmvpt.engine.launch import load_config
from mmvpt.models import TunedBackbone
from mmvpt.models.parts import part_of

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
    return count_model(build_without_memory(load_config(config, None, options)))


def count_model(model: nn.Module) -> Count:
    """Count the parameters of a model; a backbone that nothing wraps is known by its name."""
    prefixes = [f'{name}.' for name, part in model.named_modules() if isinstance(part, TunedBackbone)] or ['']
    counts = dict(backbone=0, tuner=0, head=0)
    sizes = dict(total=0, base=0)
    for name, param in model.named_parameters():
        part = part_of(name, prefixes)
        counts[part if part in counts else 'head'] += param.numel() * param.requires_grad
        sizes['total'] += param.numel()
        sizes['base'] += param.numel() * (part == 'backbone')
    return Count(**counts, **sizes)


def build_without_memory(config: Config) -> nn.Module:
    """Build the model of a config; its parameters have shapes and no values.

    Threads take turns: what keeps parameters from memory acts on all of a process.
    """
    with _TURN, DefaultScope.overwrite_default_scope(config.get('default_scope')), _silence(), _on_the_meta_device():
        return MODELS.build(config.model)


@contextmanager
def _on_the_meta_device() -> Iterator[None]:
    """Put parameters on the meta device where a module takes them up.

    All else stays where it is, as constructors compute with it: under ``torch.device('meta')`` those stop that read a
    value, such as the drop-path rates of mmdet's Swin.
    """
    handle = register_module_parameter_registration_hook(_to_meta)  # type: ignore[arg-type]
    try:
        yield
    finally:
        handle.remove()


def _to_meta(module: nn.Module, name: str, param: nn.Parameter) -> nn.Parameter:
    return param if param.is_meta else nn.Parameter(param.to('meta'), requires_grad=param.requires_grad)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what models say while they are built out of a table."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        logger.setLevel(level)

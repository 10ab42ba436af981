"""Configs of the unpruned model that the pipeline of E2VPT trains and prunes."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mmengine.config import Config

from mmvpt.config.hold_out import select_on_validation, train_on_all, validate_as_test
from mmvpt.config.open import open_config
from mmvpt.engine.hooks import DeltaCheckpointHook
from mmvpt.registry import HOOKS

from .lookup import builds
from .run import CONFIG


@dataclass(frozen=True)
class UnprunedConfigs:
    """The config of a plan with the data of each purpose.

    Args:
        name: A path, or ``mmvpt::`` and the name of one of ours.
        options: Overrides, by dotted key.
        held_out: Share of the training data to select on; None for 0.1 where that is needed.
    """

    name: str
    options: Mapping[str, object]
    held_out: float | None

    @cached_property
    def planned(self) -> Config:
        """The config as it is, but its start is saved."""
        cfg = open_config(self.name, self.options)
        cfg.pop('work_dir', None)
        save_start(cfg, self.name)
        return cfg

    @cached_property
    def full_data(self) -> Config:
        """The config that trains on what was held out to select on too."""
        cfg = copy.deepcopy(self.planned)
        train_on_all(cfg)
        return cfg

    @cached_property
    def selection(self) -> Config:
        """The config with data to select on."""
        cfg = copy.deepcopy(self.planned)
        select_on_validation(cfg, self.held_out)
        validate_as_test(cfg)
        return cfg


def save_start(cfg: Config, name: str) -> None:
    """Let a config save the start of its training, which pruned models start from; ``name`` is for messages."""
    every = [*cfg.get('default_hooks', {}).values(), *cfg.get('custom_hooks', ())]
    hooks = [hook for hook in every if hook and builds(hook, HOOKS, DeltaCheckpointHook)]
    if len(hooks) != 1:
        raise ValueError(f'{name} needs the hooks of configs/_base_/hooks.py, DeltaCheckpointHook too.')
    hooks[0].save_start = True


def write_config(folder: Path, name: str, cfg: Config) -> Path:
    """Write a config into a folder of its own below ``configs``."""
    path = folder / 'configs' / name / CONFIG
    path.parent.mkdir(parents=True, exist_ok=True)
    cfg.dump(path)
    return path

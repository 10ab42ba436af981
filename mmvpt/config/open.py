"""The one way to open a config."""

from __future__ import annotations

import os
from collections.abc import Mapping
from copy import deepcopy

from mmengine.config import Config

from .find import find_config
from .hosts import HOSTS
from .packages import not_installed, require_packages

#: Hooks that MMEngine has by these names, even where a config does not name them.
DEFAULT_HOOKS = {
    'runtime_info': 'RuntimeInfoHook',
    'timer': 'IterTimerHook',
    'sampler_seed': 'DistSamplerSeedHook',
    'logger': 'LoggerHook',
    'param_scheduler': 'ParamSchedulerHook',
    'checkpoint': 'CheckpointHook',
}


def open_config(config: str | os.PathLike[str] | Config, options: Mapping[str, object] | None = None) -> Config:
    """Open a config, and see that all packages it needs are there; an error names the command that installs one.

    Hooks that are None are dropped, which switches them off.

    Args:
        config: A path, ``mmvpt::`` and the name of one of ours, or a config that is open already and stays as it is.
        options: Overrides, by dotted key.
    """
    opened = deepcopy(config) if isinstance(config, Config) else read_config(find_config(os.fspath(config)))
    if options:
        opened.merge_from_dict(deepcopy(dict(options)))  # merging changes what it is given
    require_packages(opened)
    _drop_switched_off(opened)
    return opened


def read_config(path: str) -> Config:
    """Read a file as it is; all it needs is what it inherits."""
    try:
        return Config.fromfile(path)
    except ModuleNotFoundError as error:  # raised for a base in a package that is not installed
        host = next((host for name, host in HOSTS.items() if str(error).startswith(f'{name} ')), None)
        if host is None:
            raise
        raise not_installed(path, host) from error


def _drop_switched_off(config: Config) -> None:
    """Let None switch any hook off by its name; MMEngine takes None for hooks of its own alone."""
    hooks = config.get('default_hooks') or {}
    for name in [name for name, hook in hooks.items() if hook is None and name not in DEFAULT_HOOKS]:
        del hooks[name]

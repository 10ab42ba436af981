"""Where configs are found: ``mmvpt::x.py`` as a base, and OneDL's packages under the names configs use."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from os.path import isfile

from mmengine.config import Config
from mmengine.config.utils import MODULE2PACKAGE

from mmvpt.config.find import PREFIX, find_config
from mmvpt.config.folders import config_root

__all__ = ['PREFIX', 'config_root', 'find_config', 'teach_mmengine']


def teach_mmengine() -> None:
    """Let configs inherit ``mmvpt::x.py``, and ``mmseg::x.py`` where OneDL's build is installed.

    MMEngine knows a package by the name of its distribution: OneDL renamed those, but not the modules. And it
    wants a folder in the name (``mmdet::yolo/x.py``), which flat configs do not have.
    """
    for module, distribution in MODULE2PACKAGE.items():
        if module != distribution and not _is_installed(distribution):
            MODULE2PACKAGE[module] = module
    MODULE2PACKAGE['mmvpt'] = 'mmvpt'
    if not hasattr(Config._get_cfg_path, 'before_mmvpt'):
        Config._get_cfg_path = staticmethod(_wrap(Config._get_cfg_path))


def _wrap(get_cfg_path):
    look_up = cache(get_cfg_path)  # MMEngine reads every metafile of a package for each of its configs

    def resolve(cfg_path: str, filename: str) -> tuple[str, str | None]:
        if cfg_path.startswith(PREFIX):
            return find_config(cfg_path), None  # our configs are written for their host's scope, not for ours
        path, scope = look_up(cfg_path, filename)
        return (path if isfile(path) else find_config(path)), scope  # a path to what is a row now

    resolve.before_mmvpt = get_cfg_path  # type: ignore[attr-defined]
    return resolve


def _is_installed(distribution: str) -> bool:
    try:
        return bool(version(distribution))
    except PackageNotFoundError:
        return False

"""Where configs are found: ``mmvpt::x.py`` as a base, and OneDL's packages under the names configs use."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mmengine.config import Config
from mmengine.config.utils import MODULE2PACKAGE

PREFIX = 'mmvpt::'


def config_root() -> Path:
    """Return the folder of the configs: the one shipped in the package, or that of the checkout."""
    package = Path(__file__).resolve().parent
    shipped = package / '.mim' / 'configs'
    return shipped if shipped.is_dir() else package.parent / 'configs'


def find_config(path: str) -> str:
    """Return the file behind a path or a ``mmvpt::`` name; an error lists what is there instead."""
    if path.startswith(PREFIX):
        folder, name = config_root(), path[len(PREFIX) :]
    else:
        folder, name = Path(path).expanduser().parent, Path(path).name
    if (folder / name).is_file():
        return str(folder / name)
    raise FileNotFoundError(f'There is no config {path!r}. {_what_is_there(folder, name)}')


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
        return look_up(cfg_path, filename)

    resolve.before_mmvpt = get_cfg_path  # type: ignore[attr-defined]
    return resolve


def _is_installed(distribution: str) -> bool:
    try:
        return bool(version(distribution))
    except PackageNotFoundError:
        return False


def _what_is_there(folder: Path, name: str) -> str:
    configs = sorted(file.name for file in folder.glob('*.py'))
    if not configs:
        return f'{folder} holds no config; ours are in {config_root()}.'
    near = get_close_matches(name, configs, n=3) or configs
    return f'{folder} has: {", ".join(near)}.'

"""The packages that a config needs, and what to install where one is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from mmengine.config import Config

from mmvpt.env.versions import HOSTS, PIP, REMOVE_OPS, TESTED, WITH_OPS, missing_ops

NEED_OPS = ('mmdet',)


def read_config(path: str) -> Config:
    """Read a config whose packages are all there; an error names the command that installs what is not."""
    try:
        cfg = Config.fromfile(path)
    except ModuleNotFoundError as error:  # raised for a base in a package that is not installed
        host = next((host for host in HOSTS if str(error).startswith(f'{host} ')), None)
        if host is None:
            raise
        raise _not_installed(path, host) from error
    require_hosts(cfg)
    return cfg


def require_hosts(cfg: Config) -> None:
    """Stop where a package that a config names is missing, or compiled operators it needs do not load."""
    for host in sorted(set(_scopes(cfg)) & set(HOSTS)):
        if find_spec(host) is None:
            raise _not_installed(cfg.filename, host)
        reason = missing_ops() if host in NEED_OPS else None
        if reason:
            raise ImportError(
                f'{cfg.filename} needs {host}, and {host} needs the operators of mmcv; those compiled here do not '
                f"load ({reason}). Let torchvision's stand in: {REMOVE_OPS}\nOr compile them anew: {WITH_OPS}"
            )


def _scopes(part: Any) -> Iterator[str]:
    """Yield the default scope of a config and every scope that its types name."""
    if isinstance(part, (Config, Mapping)):
        for key, value in part.items():
            if not isinstance(value, str):
                yield from _scopes(value)
            elif key in ('default_scope', '_scope_'):
                yield value
            elif key == 'type':
                yield value.partition('.')[0]
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for item in part:
            yield from _scopes(item)


def _not_installed(config: str | None, host: str) -> ImportError:
    fix = f'{PIP} install {HOSTS[host]}=={TESTED[HOSTS[host]]}'
    return ImportError(f'{config} needs {host}, which is not installed. Run: {fix}')

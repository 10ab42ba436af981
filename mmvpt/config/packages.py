"""The packages that a config needs, and what to install where one is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec

from mmengine.config import Config

from mmvpt.env.versions import REMOVE_OPS, WITH_OPS, missing_ops

from .hosts import HOSTS, Host


def require_packages(config: Config) -> None:
    """Stop where a package that a config names is missing, or compiled operators it needs do not load."""
    for name in sorted(set(_scopes(config)) & set(HOSTS)):
        host = HOSTS[name]
        if find_spec(name) is None:
            raise not_installed(config.filename, host)
        reason = missing_ops() if host.needs_ops else None
        if reason:
            raise ImportError(
                f'{config.filename} needs {name}, and {name} needs the operators of mmcv; those compiled here do not '
                f"load ({reason}). Let torchvision's stand in: {REMOVE_OPS}\nOr compile them again: {WITH_OPS}"
            )


def not_installed(config: str | None, host: Host) -> ModuleNotFoundError:
    """What to raise for a config whose host is missing."""
    return ModuleNotFoundError(f'{config} needs {host.name}, which is not installed. Run: {host.install_command}')


def _scopes(part: object) -> Iterator[str]:
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

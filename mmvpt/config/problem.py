"""What is wrong in a config, and a walk through all that is in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mmengine.config import Config

#: What a config holds, by key.
Group = Mapping[str, object]


@dataclass(frozen=True)
class ConfigProblem:
    """Something wrong.

    Args:
        path: Dotted path of the key.
        says: What came, what is possible, what to do.
        remark: Whether a run may go on with it.
    """

    path: str
    says: str
    remark: bool = False

    def __str__(self) -> str:
        return f'{self.path}: {self.says}'


@dataclass(frozen=True)
class Place:
    """A value in a config.

    Args:
        path: Its dotted path.
        value: What is there.
        scope: The package whose registries are asked first.
    """

    path: str
    value: object
    scope: str | None

    @property
    def key(self) -> str:
        """The last part of the path that is a name."""
        return next((part for part in reversed(self.path.split('.')) if not part.isdigit()), '')


def walk(value: object, scope: str | None = None, path: str = '') -> Iterator[Place]:
    """Yield every value of a config, groups before what is in them."""
    if isinstance(value, Mapping):
        own = value.get('_scope_')
        scope = own if isinstance(own, str) else scope
    yield Place(path, value, scope)
    for key, item in _items(value):
        yield from walk(item, scope, f'{path}.{key}' if path else str(key))


def _items(value: object) -> Iterator[tuple[object, object]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


def value_at(config: object, path: str) -> object:
    """Return what is at a dotted path, or None."""
    for part in path.split('.'):
        if isinstance(config, Mapping | Config):
            config = config.get(part)
        elif isinstance(config, list | tuple) and part.isdigit() and int(part) < len(config):
            config = config[int(part)]
        else:
            return None
    return config


def listed(value: object) -> list[object]:
    """One value or several, as a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def groups(path: str, value: object) -> Iterator[tuple[str, Group]]:
    """Yield one group or several, each with its path."""
    several = isinstance(value, list | tuple)
    for number, group in enumerate(listed(value)):
        if isinstance(group, Mapping):
            yield f'{path}.{number}' if several else path, group


def show(value: object, limit: int = 60) -> str:
    """Spell a value, shortened."""
    text = repr(value)
    return text if len(text) <= limit else f'{text[: limit - 4]} ...'

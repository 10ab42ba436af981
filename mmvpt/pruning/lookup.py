"""Parts of a config by the class that they build, so that subclasses of users are seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mmengine.config import ConfigDict
from mmengine.registry import Registry


def parts_of_class(part: object, registry: Registry, parent: type) -> Iterator[ConfigDict]:
    """Yield every config inside a config that builds a class or a subclass of it."""
    if isinstance(part, ConfigDict):
        if builds(part, registry, parent):
            yield part
        for value in part.values():
            yield from parts_of_class(value, registry, parent)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for item in part:
            yield from parts_of_class(item, registry, parent)


def builds(part: Mapping[str, object], registry: Registry, parent: type) -> bool:
    """Tell whether the ``type`` of a config is a class or a subclass of it; a type that is not there is not."""
    kind = part.get('type')
    if isinstance(kind, str):
        try:
            kind = registry.get(kind)
        except RuntimeError:  # in no registry, and nothing to import
            return False
    return isinstance(kind, type) and issubclass(kind, parent)

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
    """Tell whether the ``type`` of a config is a class or a subclass of it; a type that is not registered is not.

    The config may come out of a file, so nothing is imported for a name in it.
    """
    kind = part.get('type')
    found = _registered(kind, registry) if isinstance(kind, str) else kind
    return isinstance(found, type) and issubclass(found, parent)


def _registered(name: str, registry: Registry) -> type | None:
    """The class of a name such as ``DeepPrompts`` or ``mmvpt.DeepPrompts``; None where it is not registered yet."""
    registry.import_from_location()  # our own modules
    scope, _, last = name.rpartition('.')
    root = registry.parent or registry
    known = [registry, root, *root.children.values()]
    places = [one for one in known if one.scope == scope] if scope else [registry, root]
    return next((one.module_dict[last] for one in places if last in one.module_dict), None)

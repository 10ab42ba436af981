"""Keys that nobody reads: at top level, in groups, and of registered types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mmengine.config import Config

from .hosts import HOSTS
from .known_keys import (
    DEFAULT_TYPES,
    FOREIGN,
    GIVEN,
    GROUP_KEYS,
    HAND_ON,
    NEAR_ONLY,
    NOT_REGISTERED,
    OF_BUILDERS,
    OF_SAVING,
    OTHER_KEYS,
    TOP,
)
from .near import near_misses, suggest
from .problem import ConfigProblem, Group, Place, show, walk
from .registered import Registered, find_type, known_scope, names_near, registries_of
from .signatures import Takes, options_of

#: Keys that any type may have.
SPECIAL = ('type', '_scope_', '_delete_')


def check_top(config: Group) -> Iterator[ConfigProblem]:
    """Yield keys at top level that are slips of those that MMEngine reads (others are variables), and no groups."""
    for key, value in config.items():
        kind = list if isinstance(value, tuple) else type(value)
        if value is None or key in OTHER_KEYS or key.startswith('_'):
            continue
        if key in TOP:
            if not issubclass(kind, TOP[key]):
                wanted = ' or '.join(one.__name__ for one in TOP[key])
                yield ConfigProblem(key, f'{show(value)} is a {kind.__name__}. Give a {wanted}.')
        elif meant := [name for name in near_misses(key, TOP) if issubclass(kind, TOP[name])]:
            yield ConfigProblem(
                key,
                f'nobody reads this key. Did you mean {" or ".join(meant)}? Rename it; a variable of your own needs a '
                'name that is less near.',
            )


def check_overrides(config: Group, overrides: Mapping[str, object]) -> Iterator[ConfigProblem]:
    """Yield paths of ``--cfg-options`` that would make a new branch nobody reads, before they are merged."""
    for path in overrides:
        first, *rest = path.split('.')
        if first not in config and first not in TOP:
            yield ConfigProblem(
                path, f'the config has no {first!r}, so nothing reads this. {suggest(first, [*config, *TOP])}'
            )
            continue
        place: object = config.get(first)
        done = [first]
        for part in rest:
            if isinstance(place, Mapping) and part in place:
                place = place[part]
            elif isinstance(place, list | tuple) and part.isdigit() and int(part) < len(place):
                place = place[int(part)]
            else:
                yield from _new_branch(path, '.'.join(done), part, place)
                break
            done.append(part)


def _new_branch(path: str, above: str, part: str, place: object) -> Iterator[ConfigProblem]:
    """A new key in a group whose keys no signature says; those of types are checked with all others."""
    if isinstance(place, list | tuple):
        yield ConfigProblem(
            path, f'{above} has {len(place)} entries. Possible: 0 to {len(place) - 1} in place of {part!r}.'
        )
    elif isinstance(place, Mapping) and 'type' not in place and (meant := near_misses(part, map(str, place))):
        yield ConfigProblem(
            path, f'{above} has no {part!r}. Did you mean {" or ".join(meant)}? Possible: {", ".join(place)}.'
        )


def check_keys(config: Config) -> Iterator[ConfigProblem]:
    """Yield types that are not registered, keys that they do not take, and keys that they need."""
    read = {key: config[key] for key in TOP if key in config}
    foreign: list[str] = []
    for place in walk(read, config.get('default_scope') or 'mmengine'):
        if not isinstance(place.value, Mapping) or place.path.startswith(('.', *foreign)) or not place.path:
            continue
        group: Group = place.value
        if group.get('type') in FOREIGN:
            foreign.append(f'{place.path}.')
        if 'type' in group or _default(place.path, group):
            yield from _check_type(place, group)
        elif any(re.fullmatch(pattern, place.path) for pattern in (*GROUP_KEYS, *NEAR_ONLY)):
            yield from _check_group(place.path, group)
        elif group and place.key not in ('data_preprocessor', 'init_cfg') and registries_of(place.path):
            yield ConfigProblem(
                f'{place.path}.type', f'{show(dict(group))} needs a type. Add type=..., the name of its class.'
            )


def _default(path: str, group: Group) -> str | None:
    """The type of a group that need not name it."""
    fitting = (
        kind for pattern, key, kind in DEFAULT_TYPES if re.fullmatch(pattern, path) and (not key or key in group)
    )
    return next(fitting, None)


def kind_at(place: Place) -> Registered | None:
    """What the type of a group stands for, named or not; None where nobody knows."""
    if not isinstance(place.value, Mapping):
        return None
    name = place.value.get('type', _default(place.path, place.value))
    if isinstance(name, str):
        return find_type(place.path, name, place.scope)
    return name if callable(name) else None


def _check_type(place: Place, group: Group) -> Iterator[ConfigProblem]:
    name = group.get('type', _default(place.path, group))
    if callable(name):
        yield from _check_options(place.path, getattr(name, '__name__', str(name)), name, group, place.scope)
    elif not isinstance(name, str):
        yield ConfigProblem(
            f'{place.path}.type', f'{show(name)} is no type. Give the name of a class, such as type="SGD".'
        )
    elif kind := find_type(place.path, name, place.scope):
        yield from _check_options(place.path, name, kind, group, place.scope)
    elif registries_of(place.path) or (place.key not in NOT_REGISTERED and _is_of_model(place, name)):
        yield ConfigProblem(f'{place.path}.type', _unknown_type(place, name))


def _is_of_model(place: Place, name: str) -> bool:
    """Whether a type that no registry has should be in one: types deep in a model may be whatever their owner reads."""
    return place.path.startswith('model.') and bool(near_misses(name, names_near('model', name, place.scope)))


def _unknown_type(place: Place, name: str) -> str:
    scope, _, _ = name.rpartition('.')
    if scope and '.' not in scope and not known_scope(scope):
        near = suggest(scope, (*HOSTS, 'mmvpt', 'mmengine'))
        return f'{name!r} is of no package that is installed. {near} Put the package before the dot.'
    where = place.path if registries_of(place.path) else 'model'
    kinds = ' or '.join(registry.name for registry in registries_of(where))
    near = suggest(name, names_near(where, name, place.scope))
    return f'no {kinds} is called {name!r} in {place.scope}. {near} Your own needs custom_imports.'


def _check_options(path: str, name: str, kind: Registered, group: Group, scope: str | None) -> Iterator[ConfigProblem]:
    options = options_of(kind)
    if hand_on := HAND_ON.get(name.rpartition('.')[2]):
        options = _with(options, options_of(_handed_to(path, group.get(hand_on, 'Resize'), scope) or kind))
    extra = [key for pattern, keys in OF_BUILDERS.items() if re.fullmatch(pattern, path) for key in keys]
    known = [*options.known, *extra, *OF_SAVING.get(getattr(kind, '__name__', ''), ())]
    is_open = options.open and getattr(kind, '__name__', '') not in OF_SAVING
    deep = not registries_of(path)  # its owner may take some keys out before it is built
    unknown = [key for key in map(str, group) if key not in known and key not in SPECIAL]
    for key in unknown:
        if near_misses(key, known, most=1 if is_open else 2) or not (is_open or deep):
            yield ConfigProblem(f'{path}.{key}', f'{name} has no such option. {suggest(key, known)}')
    if registries_of(path) and not path.startswith('model.') and not unknown:
        yield from _missing(path, name, options, group)


def _missing(path: str, name: str, options: Takes, group: Group) -> Iterator[ConfigProblem]:
    given = {key for pattern, keys in GIVEN.items() if re.fullmatch(pattern, path) for key in keys}
    for key in sorted(options.needed - given - set(group)):
        yield ConfigProblem(f'{path}.{key}', f'{name} needs this option, and it is not there. Add {key}=...')


def _handed_to(path: str, name: object, scope: str | None) -> Registered | None:
    return find_type(path, name, scope) if isinstance(name, str) else None


def _with(first: Takes, second: Takes) -> Takes:
    return Takes({**second.known, **first.known}, second.open)


def _check_group(path: str, group: Group) -> Iterator[ConfigProblem]:
    """Keys of a group without a type."""
    for tables, wrong in ((GROUP_KEYS, _not_there), (NEAR_ONLY, near_misses)):
        for pattern, known in tables.items():
            if not re.fullmatch(pattern, path):
                continue
            for key in map(str, group):
                if key not in known and key not in SPECIAL and wrong(key, known):
                    yield ConfigProblem(f'{path}.{key}', f'nobody reads this key. {suggest(key, known)}')


def _not_there(key: str, known: Iterable[str]) -> bool:
    return key not in known

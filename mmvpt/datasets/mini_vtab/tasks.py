"""The tasks of Mini-VTAB that are drawn. They were fixed before any method was run on them."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from ..clutter import Picture, Ranges, Rendering
from ..clutter.factors import find_places
from ..clutter.pretext import WITHHELD_FORMS, WITHHELD_TEXTURES
from .task import ClutterTask

#: Things that a person knows by name, and letters, which no base has seen.
KNOWN_THINGS = (
    *('hammer', 'teapot', 'envelope', 'shirt', 'duck', 'butterfly', 'carrot', 'cactus', 'bicycle', 'helicopter'),
    *('anchor', 'spectacles', 'spider', 'snowman', 'watermelon', 'tower', 'bridge', 'spoon', 'basket', 'floor_lamp'),
)
LETTERS = tuple(name for name in WITHHELD_FORMS if name.startswith(('letter_', 'small_')))
#: Of all tasks, but for what they ask: withheld forms and textures, seen by an ordinary camera.
ORDINARY = replace(
    Ranges(),
    forms=KNOWN_THINGS,
    textures=WITHHELD_TEXTURES,
    ground_textures=WITHHELD_TEXTURES,
    num_fragments=(0, 12),
    num_strands=(0, 0),
    tilt=(0, 0.15),
    motion=(0, 0),
    noise=(0, 0.04),
    jpeg=(0, 0, 75),
)
ALONE = replace(ORDINARY, num_things=(1, 1))


def _numbers(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


def _bin(value: float, low: float, high: float, bins: int) -> str:
    """The class of a value among bins of one width; '' outside of them."""
    place = math.floor((value - low) / (high - low) * bins)
    return str(place) if 0 <= place < bins else ''


def _one_of(names: tuple[str, ...]) -> ClutterTask:
    kind = 'letters' if names == LETTERS else 'things'
    large = replace(ALONE, thing_size=(0.45, 0.7), margin=0.35)
    return ClutterTask(kind, names, partial(_form, large))


def _form(ranges: Ranges, name: str) -> Ranges:
    return replace(ranges, forms=(name,))


def _any(ranges: Ranges, name: str) -> Ranges:
    return ranges


def _materials(name: str) -> Ranges:
    return replace(ALONE, ground_textures=(name,), backdrops=('surface',), thing_size=(0.2, 0.35))


def _scraps(name: str) -> Ranges:
    least = 8 * int(name)
    return replace(ALONE, num_fragments=(least, least + 2), thing_size=(0.2, 0.35))


def _size(name: str) -> Ranges:
    least = 0.2 + 0.08 * int(name)
    return replace(ALONE, thing_size=(least, least + 0.08), margin=0.35, tilt=(0, 0))


def _count(name: str) -> Ranges:
    number = int(name) + 1
    return replace(ORDINARY, num_things=(number, number), thing_size=(0.18, 0.26), spacing=(1, 1), margin=0.12)


def _all_seen(name: str, rendering: Rendering) -> bool:
    return bool((rendering.visible > 0.7).all())


def _cell(picture: Picture) -> str:
    ((x, y),) = find_places(picture)
    return str(3 * min(max(int(3 * y), 0), 2) + min(max(int(3 * x), 0), 2))


def _turn(picture: Picture) -> str:
    return _bin(picture.things[0].turn + picture.camera.roll, -90, 90, 8)


def _direction(picture: Picture) -> str:
    return str(round(picture.camera.motion_turn / 45) % 4)


def _distance(picture: Picture) -> str:
    return _bin(math.dist(*find_places(picture)), 0.22, 0.7, 6)


#: How much of the rear thing is seen, by class.
REAR_SEEN = {'0': (0.2, 0.45), '1': (0.45, 0.7), '2': (0.7, 0.95), '3': (0.99, 1.1)}


def _is_hidden(name: str, rendering: Rendering) -> bool:
    low, high = REAR_SEEN[name]
    return bool(low <= rendering.visible[0] < high)


_moved = replace(ALONE, motion=(0.07, 0.11), thing_size=(0.4, 0.6))
_anywhere = replace(ALONE, thing_size=(0.2, 0.3), margin=0.1)
_hammer = replace(
    ALONE, forms=('hammer',), turn=(-90, 90), thing_size=(0.45, 0.65), margin=0.4, mirror=False, roll=(0, 0)
)
_pair = replace(ORDINARY, num_things=(2, 2), thing_size=(0.18, 0.24), spacing=(1, 1), margin=0.1)
_heap = replace(ORDINARY, num_things=(2, 2), thing_size=(0.4, 0.5), spacing=(0, 0), margin=0.34)
NATURAL = (_one_of(KNOWN_THINGS[:10]), _one_of(LETTERS))
SPECIALISED = (
    ClutterTask('materials', WITHHELD_TEXTURES, _materials),
    ClutterTask('scraps', _numbers(4), _scraps),
    ClutterTask('motion', _numbers(4), partial(_any, _moved), _direction),
)
STRUCTURED = (
    ClutterTask('count', _numbers(6), _count, seen=_all_seen),
    ClutterTask('place', _numbers(9), partial(_any, _anywhere), _cell),
    ClutterTask('turn', _numbers(8), partial(_any, _hammer), _turn),
    ClutterTask('size', _numbers(6), _size),
    ClutterTask('distance', _numbers(6), partial(_any, _pair), _distance, _all_seen),
    ClutterTask('hidden', tuple(REAR_SEEN), partial(_any, _heap), seen=_is_hidden),
)

"""The table of all textures, and their fields.

A texture is a field of numbers from 0 to 255; colours come from the palette of whatever wears it. Fields are computed
once in a process, a few variants of each, and a picture takes a window of one: that is what makes pictures fast.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache

import numpy as np

#: Sides of a field; larger than any window.
FIELD = 256
#: Variants of each texture. They are drawn once in a process, so more of them take longer to warm up.
NUM_FIELDS = 12

Coordinates = np.ndarray
#: Given a generator and the coordinates of the pixels (2, FIELD, FIELD), from 0 to 1, makes a field of any range.
DrawField = Callable[[np.random.Generator, Coordinates], np.ndarray]

#: All textures by name. A test of a task may withhold some of them from the pretext.
ALL_TEXTURES: dict[str, DrawField] = {}
_GRID: Coordinates = np.stack(np.meshgrid(*[np.arange(FIELD, dtype=np.float32) / FIELD] * 2))


def texture(draw: DrawField) -> DrawField:
    """Add a texture with the name of a function, without underscores around it."""
    name = draw.__name__.strip('_')
    assert name not in ALL_TEXTURES, f'two textures are called {name}'
    ALL_TEXTURES[name] = draw
    return draw


@cache
def find_field(name: str, variant: int) -> np.ndarray:
    """Return a variant of a texture (FIELD, FIELD), uint8; the same one in every process."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), variant])
    field = ALL_TEXTURES[name](rng, _GRID)
    low, high = float(field.min()), float(field.max())
    scaled = (field - low) * (255 / (high - low)) if high > low else np.zeros_like(field)
    return np.ascontiguousarray(scaled.round().astype(np.uint8))

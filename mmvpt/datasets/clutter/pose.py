"""Places: where things are in a picture, seen by its camera."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from .picture import Camera, Paint, Thing
from .textures import TILE_SIDE


def turning(degrees: float) -> np.ndarray:
    """Return the matrix that turns columns clockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([(cos, -sin), (sin, cos)])


@lru_cache(maxsize=16)  # of the few pictures at hand, as all things ask for it
def view(camera: Camera) -> np.ndarray:
    """Return the homography (3, 3) from the plane of the things to the picture, both in 0..1."""
    across, down = camera.tilt
    to_middle = np.array([(1, 0, -0.5), (0, 1, -0.5), (0, 0, 1)])
    middle = np.eye(3)
    middle[:2, :2] = turning(camera.roll)
    middle[2, :2] = across, down
    found = np.array([(1, 0, 0.5), (0, 1, 0.5), (0, 0, 1)]) @ middle @ to_middle
    found.flags.writeable = False
    return found


def project(homography: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return points (N, 2) as a homography sends them."""
    found = points @ homography[:, :2].T + homography[:, 2]
    return found[:, :2] / found[:, 2:]


def placing(thing: Thing) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrix and the offset that put the outline of a thing into the plane of the things."""
    wide = math.sqrt(thing.stretch)
    own = np.array([(wide * (-1 if thing.mirrored else 1), thing.shear), (0, 1 / wide)])
    return turning(thing.turn) @ own * (thing.size / 2), np.array([thing.x, thing.y])


def to_tile(paint: Paint, turn: float = 0) -> np.ndarray:
    """Return the matrix (3, 3) from offsets in a picture, in shares of its side, to pixels of a tile."""
    found = np.eye(3)
    found[:2, :2] = turning(-turn - paint.turn) * (paint.scale * TILE_SIDE)
    found[:2, 2] = np.multiply(paint.offset, TILE_SIDE)
    return found

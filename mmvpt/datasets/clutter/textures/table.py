"""The table of all textures, and a bank of their tiles.

A texture is a field of numbers from 0 to 1, to be coloured by a palette. Its tiles are made once in a process; a
picture only looks at a part of one, scaled and turned.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from ..dice import Rng

#: Side of a tile, in pixels.
TILE_SIDE = 256
#: Different tiles of each texture. They are made once in a process, so more of them take longer to warm up.
NUM_TILES = 8

Maker = Callable[[Rng], np.ndarray]


@dataclass(frozen=True)
class Texture:
    """A class of textures.

    Attributes:
        name: Its name.
        family: The group that it belongs to.
        field: Makes a field, (TILE_SIDE, TILE_SIDE), of any range; tiles are scaled to 0..255.
    """

    name: str
    family: str
    field: Maker


#: All textures by name.
TEXTURES: dict[str, Texture] = {}


def texture(family: str) -> Callable[[Maker], Maker]:
    """Return a decorator that adds a texture with the name of a function, without underscores around it."""

    def add(field: Maker) -> Maker:
        name = field.__name__.strip('_')
        assert name not in TEXTURES, f'two textures are called {name}'
        TEXTURES[name] = Texture(name, family, field)
        return field

    return add


@cache
def find_tile(name: str, number: int) -> np.ndarray:
    """Return a tile of a texture, (TILE_SIDE, TILE_SIDE), uint8; the same one in every process."""
    field = TEXTURES[name].field(np.random.default_rng([zlib.crc32(name.encode()), number])).astype(np.float32)
    sample = field[::4, ::4]
    low, high = np.percentile(sample, (1, 99)) if np.ptp(sample) else (field.min() - 1, field.max() + 1)
    tile = np.clip((field - low) * (255 / max(high - low, 1e-6)), 0, 255).round().astype(np.uint8)
    tile.flags.writeable = False
    return tile


def coordinates(rng: Rng, periods: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of the pixels of a tile, in units of a random number of periods across it."""
    scale = rng.uniform(*periods) / TILE_SIDE
    y, x = np.mgrid[:TILE_SIDE, :TILE_SIDE] * scale
    return x, y


def edge(distance: np.ndarray, width: float = 0.08) -> np.ndarray:
    """Return 1 where a distance is positive and 0 where it is negative, with a smooth step between."""
    return np.clip(0.5 + distance / width, 0, 1)


def noise(rng: Rng, low: float, high: float, fall: float = 1.0, stretch: float = 1.0) -> np.ndarray:
    """Return noise of mean 0 and deviation 1 with the given band of waves per tile; it wraps around.

    Args:
        rng: The source of all randomness.
        low: Waves of fewer periods across the tile are left out.
        high: So are waves of more.
        fall: The power by which waves fall with their number; 1 is like clouds, 0 is even.
        stretch: How much longer the noise is along x than along y.
    """
    waves_y = np.fft.fftfreq(TILE_SIDE, 1 / TILE_SIDE)[:, None]
    waves_x = np.fft.rfftfreq(TILE_SIDE, 1 / TILE_SIDE)[None] * stretch
    number = np.hypot(waves_x, waves_y)
    weight = np.where((number >= low) & (number <= high), np.maximum(number, 1) ** -(fall + 0.5), 0)
    field = np.fft.irfft2(weight * np.exp(2j * np.pi * rng.random(weight.shape)), s=(TILE_SIDE, TILE_SIDE))
    return (field - field.mean()) / (field.std() + 1e-9)


def cells(rng: Rng, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a random number for the cell of each pixel, and the distance to its border relative to its size."""
    seeds = rng.uniform(0, TILE_SIDE, (number, 2))
    around = np.concatenate([seeds + (TILE_SIDE * x, TILE_SIDE * y) for x in (-1, 0, 1) for y in (-1, 0, 1)])
    inside = (around > -TILE_SIDE / 3).all(1) & (around < TILE_SIDE * 4 / 3).all(1)
    values = np.tile(rng.random(number), 9)[inside]
    y, x = np.mgrid[:TILE_SIDE, :TILE_SIDE].astype(np.float32)
    from scipy.spatial import cKDTree  # here, because few tiles need it

    distances, nearest = cKDTree(around[inside]).query(np.stack([x.ravel(), y.ravel()], 1), k=2)
    size = TILE_SIDE / np.sqrt(number)
    return values[nearest[:, 0]].reshape(TILE_SIDE, TILE_SIDE), (
        np.diff(distances).reshape(TILE_SIDE, TILE_SIDE) / size
    )


def warped(field: np.ndarray, rng: Rng, amount: float) -> np.ndarray:
    """Return a field bent by noise of a few waves, by so many pixels."""
    y, x = np.mgrid[:TILE_SIDE, :TILE_SIDE].astype(np.float32)
    shift_x, shift_y = (amount * noise(rng, 1, 5, 1).astype(np.float32) for _ in range(2))
    return cv2.remap(field.astype(np.float32), x + shift_x, y + shift_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)

"""Textures of lines, squares and rings: everything that a ruler and a compass make."""

from __future__ import annotations

import numpy as np

from ..outlines.pieces import Rng
from .table import Coordinates, texture


def turned(rng: Rng, at: Coordinates) -> Coordinates:
    """Coordinates in a frame that is turned by chance."""
    angle = rng.uniform(0, 2 * np.pi)
    (x, y), c, s = at, np.cos(angle), np.sin(angle)
    return np.stack([c * x + s * y, c * y - s * x]).astype(np.float32)


def wave(values: np.ndarray) -> np.ndarray:
    """A sine of values that count periods."""
    return np.sin(2 * np.pi * values)


@texture
def _flat(rng: Rng, at: Coordinates) -> np.ndarray:
    return np.zeros_like(at[0])


@texture
def _ramp(rng: Rng, at: Coordinates) -> np.ndarray:
    return turned(rng, at)[0]


@texture
def _glow(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = at - rng.uniform(0.3, 0.7, (2, 1, 1))
    return np.exp(-(x**2 + y**2) / rng.uniform(0.03, 0.1))


@texture
def _stripes(rng: Rng, at: Coordinates) -> np.ndarray:
    return (wave(rng.uniform(8, 26) * turned(rng, at)[0]) > rng.uniform(-0.5, 0.5)).astype(np.float32)


@texture
def _soft_stripes(rng: Rng, at: Coordinates) -> np.ndarray:
    return wave(rng.uniform(6, 22) * turned(rng, at)[0])


@texture
def _ripples(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = turned(rng, at)
    return wave(rng.uniform(8, 20) * (x + rng.uniform(0.02, 0.06) * wave(rng.uniform(3, 8) * y)))


@texture
def _zigzag(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = turned(rng, at)
    teeth = np.abs((y * rng.uniform(8, 16)) % 1 - 0.5)
    return (wave(rng.uniform(8, 16) * x + rng.uniform(0.8, 2) * teeth) > 0).astype(np.float32)


@texture
def _checks(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = np.floor(turned(rng, at) * rng.uniform(10, 28))
    return (x + y) % 2


@texture
def _plaid(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = turned(rng, at)
    first, second = rng.uniform(6, 18, 2)
    return (wave(first * x) > 0.3) + (wave(second * y) > 0.3) + 0.4 * (wave(3 * first * x) > 0.7)


@texture
def _dots(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = turned(rng, at) * rng.uniform(10, 24)
    x = x + 0.5 * (np.floor(y) % 2)
    return ((x % 1 - 0.5) ** 2 + (y % 1 - 0.5) ** 2 < rng.uniform(0.25, 0.4) ** 2).astype(np.float32)


@texture
def _rings(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = at - rng.uniform(0, 1, (2, 1, 1))
    return wave(rng.uniform(10, 24) * np.hypot(x, y))


@texture
def _rays(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = at - rng.uniform(0.3, 0.7, (2, 1, 1))
    return (wave(rng.integers(8, 24) * np.arctan2(y, x) / (2 * np.pi)) > 0).astype(np.float32)


@texture
def _hatch(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = turned(rng, at)
    number = rng.uniform(16, 34)
    return np.maximum(wave(number * x) > 0.75, (wave(number * y) > 0.75) * (rng.random() < 0.6)).astype(np.float32)


@texture
def _bricks(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = at * rng.uniform(12, 26)
    row = np.floor(y)
    x = x / 2 + 0.5 * (row % 2)
    tone = np.modf(np.sin(12.9898 * np.floor(x) + 78.233 * row) * 43758.5453)[0]
    joint = (x % 1 < 0.07) | (y % 1 < 0.14)
    return np.where(joint, 0, 0.55 + 0.4 * np.abs(tone))


@texture
def _tiles(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = turned(rng, at) * rng.uniform(8, 20)
    tone = np.modf(np.sin(12.9898 * np.floor(x) + 78.233 * np.floor(y)) * 43758.5453)[0]
    return np.where((x % 1 < 0.1) | (y % 1 < 0.1), 0, 0.4 + 0.6 * np.abs(tone))


@texture
def _weave(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = turned(rng, at) * rng.uniform(12, 26)
    over = (np.floor(x) + np.floor(y)) % 2
    return np.where(over, np.sin(np.pi * (x % 1)), 0.7 * np.sin(np.pi * (y % 1)))


@texture
def _scales(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = at * rng.uniform(10, 20)
    layers = []
    for shift in (0.0, 0.5):  # rows of discs, each over the lower half of the one above
        away = np.hypot((x + shift) % 1 - 0.5, (y + shift) % 1 - 0.5)
        layers.append((away, (y + shift) % 1))
    (first, depth), (second, _) = layers
    return np.where((first < 0.5) & (depth > 0.5), first, np.minimum(second, 0.5) + 0.2)

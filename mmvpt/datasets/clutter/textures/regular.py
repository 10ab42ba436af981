"""Regular textures: what repeats, as made by people."""

from __future__ import annotations

import numpy as np

from ..dice import Rng
from .table import TILE_SIDE, coordinates, edge, noise, texture, warped


@texture('plain')
def _flat(rng: Rng) -> np.ndarray:
    return np.zeros((TILE_SIDE, TILE_SIDE))


@texture('plain')
def _slope(rng: Rng) -> np.ndarray:
    x, _ = coordinates(rng, (1, 1))
    return x ** rng.uniform(0.7, 1.5)


@texture('plain')
def _glow(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (1, 1))
    return -np.hypot(x - rng.uniform(0.3, 0.7), y - rng.uniform(0.3, 0.7))


@texture('plain')
def _steps(rng: Rng) -> np.ndarray:
    x, _ = coordinates(rng, (5, 9))
    return np.floor(x)


@texture('lines')
def _stripes(rng: Rng) -> np.ndarray:
    x, _ = coordinates(rng, (12, 22))
    return edge(np.abs(x % 1 - 0.5) - rng.uniform(0.15, 0.32))


@texture('lines')
def _pinstripes(rng: Rng) -> np.ndarray:
    x, _ = coordinates(rng, (14, 22))
    return edge(np.abs(x % 1 - 0.5) - 0.4)


@texture('lines')
def _ribbons(rng: Rng) -> np.ndarray:
    x, _ = coordinates(rng, (5, 8))
    widths = np.cumsum(rng.uniform(0.4, 1.6, 60))
    return rng.random(61)[np.searchsorted(widths, x.ravel() * 2.5)].reshape(x.shape)


@texture('lines')
def _waves(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (10, 16))
    return edge(np.sin(2 * np.pi * (y + rng.uniform(0.3, 0.6) * np.sin(x * rng.uniform(1.5, 2.5)))), 0.7)


@texture('lines')
def _chevrons(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (10, 16))
    return edge(np.abs((y + np.abs(x % 1 - 0.5)) % 1 - 0.5) - 0.25, 0.12)


@texture('lines')
def _hatch(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (16, 26))
    first, second = (edge(np.abs((x + sign * y) % 1 - 0.5) - 0.4, 0.15) for sign in (1, -1))
    return np.maximum(first, second * (rng.random() < 0.7))


@texture('lines')
def _graph_paper(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (10, 18))
    return edge(np.maximum(np.abs(x % 1 - 0.5), np.abs(y % 1 - 0.5)) - 0.42)


@texture('checks')
def _checks(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (10, 18))
    return (np.floor(x) + np.floor(y)) % 2


@texture('checks')
def _tartan(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (5, 8))
    band = np.convolve(rng.random(12).repeat(8), np.ones(3) / 3, 'same')
    return band[(x % 1 * 96).astype(int)] + band[(y % 1 * 96).astype(int)]


@texture('checks')
def _argyle(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (7, 12))
    lattice = (np.floor(x + y) + np.floor(x - y)) % 2
    lines = edge(np.abs((x + y + 0.5) % 1 - 0.5) - 0.45) + edge(np.abs((x - y + 0.5) % 1 - 0.5) - 0.45)
    return 0.6 * lattice + 0.4 * np.minimum(lines, 1)


@texture('checks')
def _houndstooth(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (8, 12))
    u, v = x % 1, y % 1
    teeth = (4 * (u + v)) % 2 < 1
    return np.where((u < 0.5) == (v < 0.5), u < 0.5, teeth).astype(float)


@texture('checks')
def _triangles(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (9, 15))
    values = rng.random((64, 64, 2))
    row, column = np.floor(y).astype(int), np.floor(x).astype(int)
    return values[row % 64, column % 64, (x % 1 > y % 1).astype(int)]


@texture('checks')
def _mosaic(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (12, 20))
    values = 0.25 + 0.75 * rng.random((64, 64))
    gap = edge(0.44 - np.maximum(np.abs(x % 1 - 0.5), np.abs(y % 1 - 0.5)))
    return values[np.floor(y).astype(int) % 64, np.floor(x).astype(int) % 64] * gap


@texture('dots')
def _dots(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (12, 20))
    x = x + 0.5 * (np.floor(y) % 2) * (rng.random() < 0.5)
    return edge(rng.uniform(0.2, 0.38) - np.hypot(x % 1 - 0.5, y % 1 - 0.5))


@texture('dots')
def _rings(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (8, 13))
    return edge(0.12 - np.abs(np.hypot(x % 1 - 0.5, y % 1 - 0.5) - 0.3))


@texture('dots')
def _halftone(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (20, 30))
    size = 0.32 + 0.18 * np.sin(x / rng.uniform(2, 4)) * np.sin(y / rng.uniform(2, 4))
    return edge(size - np.hypot(x % 1 - 0.5, y % 1 - 0.5), 0.15)


@texture('dots')
def _plus_signs(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (10, 15))
    u, v = np.abs((x + 0.5 * (np.floor(y) % 2)) % 1 - 0.5), np.abs(y % 1 - 0.5)
    return edge(np.maximum(np.minimum(0.1 - u, 0.32 - v), np.minimum(0.1 - v, 0.32 - u)))


@texture('masonry')
def _bricks(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (14, 20))
    row = np.floor(y)
    u = x / 2.2 + 0.5 * (row % 2)
    values = 0.45 + 0.55 * rng.random((64, 64))
    wall = values[row.astype(int) % 64, np.floor(u).astype(int) % 64] + 0.06 * noise(rng, 10, 80, 0.5)
    return wall * edge(np.minimum(0.5 - np.abs(y % 1 - 0.5), 2.2 * (0.5 - np.abs(u % 1 - 0.5))) - 0.09)


@texture('masonry')
def _hexagons(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (9, 14))
    step = np.sqrt(3)
    first = np.stack([x % 1 - 0.5, y % step - step / 2])
    second = np.stack([(x - 0.5) % 1 - 0.5, (y - step / 2) % step - step / 2])
    u, v = np.abs(np.where((first**2).sum(0) < (second**2).sum(0), first, second))
    return edge(0.44 - np.maximum(u, u / 2 + v * step / 2))


@texture('masonry')
def _scales(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (9, 14))
    found = np.zeros_like(x)
    for row in (2, 1, 0):  # lower rows lie on higher ones
        v = y * 2 - np.floor(y * 2) + row
        u = (x + 0.5 * ((np.floor(y * 2) - row) % 2)) % 1 - 0.5
        radius = np.hypot(u, v / 2 - 0.5) if row else np.hypot(u, v / 2)
        found = np.where(radius < 0.55, 1 - radius / 0.55, found)
    return found


@texture('masonry')
def _planks(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (6, 9))
    values = rng.random(64)
    row = np.floor(y).astype(int)
    wood = values[row % 64] + 0.3 * noise(rng, 2, 60, 0.6, stretch=12)
    return wood * edge(0.46 - np.abs(y % 1 - 0.5), 0.05)


@texture('cloth')
def _basket_weave(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (9, 14))
    over = (np.floor(x) + np.floor(y)) % 2 == 0
    u, v = np.where(over, x % 1, y % 1), np.where(over, y % 1, x % 1)
    return (0.4 + 0.6 * np.sin(np.pi * v)) * (0.8 + 0.2 * np.sin(6 * np.pi * u)) - 0.15 * over


@texture('cloth')
def _knit(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (12, 18))
    lean = np.where(x % 1 < 0.5, 1, -1) * (x % 0.5)
    return np.sin(2 * np.pi * (y + 1.6 * lean)) * np.abs(np.sin(2 * np.pi * x)) ** 0.7


@texture('cloth')
def _denim(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (40, 60))
    return np.sin(2 * np.pi * (x + y)) + 0.7 * noise(rng, 4, 100, 0, stretch=5)


@texture('cloth')
def _corduroy(rng: Rng) -> np.ndarray:
    x, _ = coordinates(rng, (16, 26))
    return np.abs(np.sin(np.pi * x)) ** 0.6 + 0.1 * noise(rng, 20, 100, 0)


@texture('optical')
def _sun_rays(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (1, 1))
    angle = np.arctan2(y - rng.uniform(0.35, 0.65), x - rng.uniform(0.35, 0.65))
    return edge(np.sin(int(rng.integers(8, 16)) * angle), 0.4)


@texture('optical')
def _whirlpool(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (1, 1))
    x, y = x - rng.uniform(0.4, 0.6), y - rng.uniform(0.4, 0.6)
    return edge(np.sin(int(rng.integers(1, 4)) * np.arctan2(y, x) + rng.uniform(40, 70) * np.hypot(x, y)), 0.8)


@texture('optical')
def _ripples(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (1, 1))
    places = rng.uniform(0, 1, (3, 2))
    return sum((np.sin(rng.uniform(60, 110) * np.hypot(x - u, y - v)) for u, v in places), np.zeros_like(x))


@texture('optical')
def _moire(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (1, 1))
    first, second = rng.uniform(-0.2, 0.4, 2), rng.uniform(0.6, 1.2, 2)
    rate = rng.uniform(130, 180)
    return np.sin(rate * np.hypot(x - first[0], y - first[1])) + np.sin(rate * np.hypot(x - second[0], y - second[1]))


@texture('optical')
def _truchet(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (9, 15))
    flips = rng.random((64, 64)) < 0.5
    u = np.where(flips[np.floor(y).astype(int) % 64, np.floor(x).astype(int) % 64], x % 1, 1 - x % 1)
    near = np.minimum(np.abs(np.hypot(u, y % 1) - 0.5), np.abs(np.hypot(1 - u, 1 - y % 1) - 0.5))
    return edge(0.14 - near)


@texture('optical')
def _maze(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (12, 20))
    flips = rng.random((64, 64)) < 0.5
    u = np.where(flips[np.floor(y).astype(int) % 64, np.floor(x).astype(int) % 64], x % 1, 1 - x % 1)
    return edge(0.2 - np.minimum(np.abs(u - y % 1), np.minimum(np.hypot(u - 1, y % 1), np.hypot(u, y % 1 - 1))))


@texture('optical')
def _barcode(rng: Rng) -> np.ndarray:
    x, _ = coordinates(rng, (60, 90))
    return (rng.random(100) < 0.5)[np.floor(x).astype(int)].astype(float)


@texture('optical')
def _bent_checks(rng: Rng) -> np.ndarray:
    return warped(_checks(rng), rng, rng.uniform(4, 9))

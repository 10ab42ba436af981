"""Natural textures: noise, stone, wood, cells, hides, and crops of fractals."""

from __future__ import annotations

import numpy as np

from ..dice import Rng
from .table import TILE_SIDE, cells, coordinates, edge, noise, texture, warped


@texture('noise')
def _clouds(rng: Rng) -> np.ndarray:
    return noise(rng, 1, 128, rng.uniform(1.1, 1.6))


@texture('noise')
def _smoke(rng: Rng) -> np.ndarray:
    return warped(noise(rng, 2, 60, 1.4), rng, 14)


@texture('noise')
def _billows(rng: Rng) -> np.ndarray:
    return np.abs(noise(rng, 3, 20, 0.8)) + 0.5 * np.abs(noise(rng, 12, 60, 0.8))


@texture('noise')
def _ridges(rng: Rng) -> np.ndarray:
    return -np.abs(noise(rng, 3, 30, 0.9)) - 0.3 * np.abs(noise(rng, 12, 80, 0.8))


@texture('noise')
def _grain(rng: Rng) -> np.ndarray:
    return noise(rng, 20, 128, 0)


@texture('noise')
def _gravel(rng: Rng) -> np.ndarray:
    return noise(rng, 14, 40, 0)


@texture('noise')
def _sand(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (10, 16))
    dunes = np.sin(2 * np.pi * (y + 0.35 * noise(rng, 1, 5, 1)))
    return dunes + 0.4 * noise(rng, 30, 128, 0)


@texture('noise')
def _fur(rng: Rng) -> np.ndarray:
    return warped(noise(rng, 8, 128, 0.2, stretch=9), rng, 9)


@texture('noise')
def _brushed_metal(rng: Rng) -> np.ndarray:
    return noise(rng, 2, 128, 0.1, stretch=40)


@texture('noise')
def _water(rng: Rng) -> np.ndarray:
    first, second = (noise(rng, 3, 14, 0.5, stretch=0.5) for _ in range(2))
    return np.exp(-4 * np.minimum(np.abs(first), np.abs(second)))


@texture('noise')
def _contours(rng: Rng) -> np.ndarray:
    height = 3 * noise(rng, 1, 8, 1)
    return edge(np.abs(height % 1 - 0.5) - 0.36, 0.2)


@texture('stone')
def _marble(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (3, 6))
    return np.abs(np.sin(np.pi * (x + 0.5 * y + 0.8 * noise(rng, 1, 40, 1.2)))) ** rng.uniform(0.4, 0.8)


@texture('stone')
def _granite(rng: Rng) -> np.ndarray:
    values, _ = cells(rng, 1500)
    return values**2 + 0.2 * noise(rng, 10, 120, 0)


@texture('stone')
def _terrazzo(rng: Rng) -> np.ndarray:
    values, border = cells(rng, 220)
    return np.where(values > 0.45, values, 0) * edge(border - 0.25)


@texture('stone')
def _cobbles(rng: Rng) -> np.ndarray:
    values, border = cells(rng, int(rng.integers(100, 200)))
    return np.minimum(border, 0.7) * (0.6 + 0.4 * values)


@texture('stone')
def _cracks(rng: Rng) -> np.ndarray:
    _, border = cells(rng, int(rng.integers(70, 130)))
    return np.minimum(warped(border, rng, 3), 0.16) + 0.01 * noise(rng, 5, 60, 0.5)


@texture('stone')
def _stained_glass(rng: Rng) -> np.ndarray:
    values, border = cells(rng, int(rng.integers(90, 180)))
    return (0.25 + 0.75 * values) * edge(border - 0.12)


@texture('stone')
def _crystals(rng: Rng) -> np.ndarray:
    values, border = cells(rng, int(rng.integers(60, 120)))
    return values + 0.6 * border


@texture('stone')
def _strata(rng: Rng) -> np.ndarray:
    _, y = coordinates(rng, (8, 14))
    bands = rng.random(64)
    height = y + 0.6 * noise(rng, 1, 20, 1.2)
    return bands[np.floor(height).astype(int) % 64] + 0.08 * noise(rng, 20, 128, 0)


@texture('wood')
def _wood_rings(rng: Rng) -> np.ndarray:
    x, y = coordinates(rng, (1, 1))
    radius = np.hypot(x - rng.uniform(0.2, 0.8), y - rng.uniform(-0.3, 0.4))
    return (rng.uniform(14, 22) * radius + 0.35 * noise(rng, 1, 10, 1)) % 1 + 0.05 * noise(rng, 20, 128, 0)


@texture('wood')
def _wood_grain(rng: Rng) -> np.ndarray:
    _, y = coordinates(rng, (10, 16))
    return np.sin(2 * np.pi * (y + 1.1 * noise(rng, 1, 30, 1.3, stretch=4))) + 0.3 * noise(rng, 5, 128, 0, stretch=14)


@texture('wood')
def _bark(rng: Rng) -> np.ndarray:
    return -np.abs(warped(noise(rng, 3, 60, 0.6, stretch=4), rng, 5))


@texture('hide')
def _camouflage(rng: Rng) -> np.ndarray:
    field = noise(rng, 2, 30, 1.4)
    return np.digitize(field, np.quantile(field[::4, ::4], (0.3, 0.55, 0.8))).astype(float)


@texture('hide')
def _zebra(rng: Rng) -> np.ndarray:
    return edge(warped(noise(rng, 8, 12, 0, stretch=2.5), rng, 5), 0.5)


@texture('hide')
def _labyrinth(rng: Rng) -> np.ndarray:
    middle = rng.uniform(12, 18)
    return edge(noise(rng, middle, middle * 1.25, 0), 0.5)


@texture('hide')
def _leopard(rng: Rng) -> np.ndarray:
    field = noise(rng, 9, 14, 0)
    return edge(field - 0.55, 0.3) - 0.6 * edge(field - 1.35, 0.3)


@texture('hide')
def _cow(rng: Rng) -> np.ndarray:
    return edge(noise(rng, 3, 9, 0.6) - 0.2, 0.15)


@texture('hide')
def _speckles(rng: Rng) -> np.ndarray:
    return edge(noise(rng, 22, 40, 0) - 1.2, 0.4)


@texture('hide')
def _cell_tissue(rng: Rng) -> np.ndarray:
    _, border = cells(rng, int(rng.integers(140, 220)))
    return 0.5 * edge(border - 0.1, 0.1) + 0.5 * edge(0.55 - border, 0.25)


@texture('hide')
def _veins(rng: Rng) -> np.ndarray:
    wide, fine = (np.abs(noise(rng, *band, 0.6)) for band in ((2, 8), (8, 24)))
    return np.maximum(edge(0.16 - wide, 0.2), 0.7 * edge(0.14 - fine, 0.2))


def _escape(c: np.ndarray | complex, z: np.ndarray, number: int = 40) -> np.ndarray:
    """Return how soon z -> z*z + c escapes, as a rank among the pixels."""
    z = z.astype(np.complex64)
    c = np.asarray(c, np.complex64)
    speed = np.full(z.shape, float(number), np.float32)
    with np.errstate(all='ignore'):
        for step in range(number):
            z = z * z + c
            size = np.abs(z)
            gone = (size > 8) & (speed == number)
            speed[gone] = step + 1 - np.log2(np.log2(size[gone]))
            z[size > 1e6] = 1e6
    order = np.argsort(speed, axis=None, kind='stable')
    ranks = np.empty(len(order))
    ranks[order] = np.arange(len(order))
    inside = (speed == number).mean()
    return np.minimum(ranks.reshape(z.shape) / len(order), 1 - inside / 2)  # even shades, and one for what stays


def _plane(centre: complex, width: float) -> np.ndarray:
    y, x = np.mgrid[:TILE_SIDE, :TILE_SIDE] / TILE_SIDE - 0.5
    return centre + width * (x + 1j * y)


@texture('fractal')
def _julia(rng: Rng) -> np.ndarray:
    turn = rng.uniform(0, 2 * np.pi)
    c = 1.02 * (0.5 * np.exp(1j * turn) - 0.25 * np.exp(2j * turn))  # just outside the Mandelbrot set's heart
    return _escape(c, _plane(0, rng.uniform(1.2, 2.4)))


@texture('fractal')
def _mandelbrot(rng: Rng) -> np.ndarray:
    turn = rng.uniform(0.4, 2 * np.pi - 0.4)
    place = 0.5 * np.exp(1j * turn) - 0.25 * np.exp(2j * turn)
    plane = _plane(1.03 * place, rng.uniform(0.25, 0.7))
    return _escape(plane, np.zeros_like(plane))


@texture('fractal')
def _newton(rng: Rng) -> np.ndarray:
    z = _plane(complex(*rng.uniform(-0.3, 0.3, 2)), rng.uniform(1.5, 3)).astype(np.complex64) + 1e-3
    power = int(rng.integers(3, 6))
    for _ in range(12):
        z = np.where(np.abs(z) < 0.05, 0.05, z)  # where the next step would leave all numbers
        z = z - (z - z ** (1 - power)) / power
    return np.floor((np.angle(z) / (2 * np.pi) * power + 0.5) % power)


@texture('fractal')
def _plasma(rng: Rng) -> np.ndarray:
    field = 1.6 * noise(rng, 1, 40, 1.5)
    return np.sin(2 * np.pi * field)


@texture('fractal')
def _carpet_crop(rng: Rng) -> np.ndarray:
    pattern = np.ones((1, 1))
    motif = np.where(rng.random((3, 3)) < 0.3, 0.25, 1.0)
    for _ in range(4):
        pattern = np.kron(pattern, motif)
    return np.kron(pattern, np.ones((4, 4)))[:TILE_SIDE, :TILE_SIDE]


@texture('fractal')
def _xor_weave(rng: Rng) -> np.ndarray:
    x, y = np.meshgrid(np.arange(TILE_SIDE) // int(rng.integers(3, 7)), np.arange(TILE_SIDE) // int(rng.integers(3, 7)))
    return ((x ^ y) % int(rng.integers(5, 17))).astype(float)

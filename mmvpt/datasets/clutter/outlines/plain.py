"""Forms of geometry: polygons, round forms, stars and blobs."""

from __future__ import annotations

import numpy as np

from ..dice import Rng
from .pieces import Piece, box, curve, ellipse, hole, ngon, polar, solid
from .table import add_form, form

_TURNS = np.linspace(0, 2 * np.pi, 180, endpoint=False)


def _regular(number: int) -> None:
    def draw(rng: Rng) -> list[Piece]:
        corners = ngon(number, start=-90 + (180 / number) * (number % 2 == 0))
        return [solid(corners + rng.normal(0, 0.025, corners.shape))]

    add_form({3: 'triangle', 4: 'square', 5: 'pentagon', 6: 'hexagon', 8: 'octagon'}[number], 'polygons', draw)


for _number in (3, 4, 5, 6, 8):
    _regular(_number)


@form('polygons')
def _rectangle(rng: Rng) -> list[Piece]:
    return [solid(box(-1, -(half := rng.uniform(0.3, 0.65)), 1, half))]


@form('polygons')
def _rhombus(rng: Rng) -> list[Piece]:
    narrow = rng.uniform(0.4, 0.7)
    return [solid([(0, -1), (narrow, 0), (0, 1), (-narrow, 0)])]


@form('polygons')
def _trapezoid(rng: Rng) -> list[Piece]:
    top, height = rng.uniform(0.3, 0.6), rng.uniform(0.5, 0.8)
    return [solid([(-top, -height), (top, -height), (1, height), (-1, height)])]


@form('polygons', chiral=True)
def _parallelogram(rng: Rng) -> list[Piece]:
    lean, height = rng.uniform(0.5, 0.8), rng.uniform(0.5, 0.7)
    return [solid([(-1 + lean, -height), (1 + lean, -height), (1 - lean, height), (-1 - lean, height)])]


@form('polygons')
def _kite(rng: Rng) -> list[Piece]:
    return [solid([(0, -1), (rng.uniform(0.55, 0.8), y := rng.uniform(-0.5, -0.25)), (0, 1), (-0.65, y)])]


@form('polygons')
def _right_triangle(rng: Rng) -> list[Piece]:
    return [solid([(-1, -rng.uniform(0.7, 1.2)), (1, 1), (-1, 1)])]


@form('polygons')
def _hourglass(rng: Rng) -> list[Piece]:
    wide, waist = rng.uniform(0.6, 0.85), rng.uniform(0.06, 0.2)
    return [solid([(-wide, -1), (wide, -1), (waist, 0), (wide, 1), (-wide, 1), (-waist, 0)])]


@form('polygons')
def _shard(rng: Rng) -> list[Piece]:
    angles = np.sort(np.arange(7) / 7 + rng.uniform(-0.06, 0.06, 7)) * 2 * np.pi
    radii = rng.uniform(0.35, 1, 7)
    return [solid(radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1))]


@form('round')
def _circle(rng: Rng) -> list[Piece]:
    return [solid(ellipse(ry=rng.uniform(0.95, 1)))]


@form('round')
def _oval(rng: Rng) -> list[Piece]:
    return [solid(ellipse(ry=rng.uniform(0.45, 0.75)))]


@form('round')
def _capsule(rng: Rng) -> list[Piece]:
    return [solid(box(-1, -(half := rng.uniform(0.25, 0.45)), 1, half, round=half))]


@form('round')
def _cushion(rng: Rng) -> list[Piece]:
    return [solid(box(-1, -(half := rng.uniform(0.85, 1)), 1, half, round=rng.uniform(0.35, 0.55)))]


def _superellipse(power: float) -> np.ndarray:
    cos, sin = np.cos(_TURNS), np.sin(_TURNS)
    return np.stack([np.sign(cos) * np.abs(cos) ** (2 / power), np.sign(sin) * np.abs(sin) ** (2 / power)], 1)


@form('round')
def _astroid(rng: Rng) -> list[Piece]:
    return [solid(_superellipse(rng.uniform(0.55, 0.8)))]


@form('round')
def _lens(rng: Rng) -> list[Piece]:
    reach = rng.uniform(35, 50)
    arc = ellipse(0, 0, 1, 1, -90 - reach, -90 + reach) + (0, np.cos(np.radians(reach)))
    return [solid(np.concatenate([arc, arc[::-1] * (1, -1)]))]


@form('round')
def _egg(rng: Rng) -> list[Piece]:
    points = ellipse(0, 0, rng.uniform(0.68, 0.8), 1)
    return [solid(points * np.stack([1 + rng.uniform(0.2, 0.32) * points[:, 1], np.ones(len(points))], 1))]


@form('round')
def _drop(rng: Rng) -> list[Piece]:
    power = rng.uniform(1.3, 1.9)
    return [solid(np.stack([0.75 * np.sin(_TURNS) * np.sin(_TURNS / 2) ** power, -np.cos(_TURNS)], 1))]


@form('round')
def _half_disc(rng: Rng) -> list[Piece]:
    return [solid(ellipse(0, 0, 1, rng.uniform(0.85, 1.1), 180, 360))]


@form('round')
def _quarter_disc(rng: Rng) -> list[Piece]:
    return [solid(np.concatenate([[(0, 0)], ellipse(0, 0, 1, rng.uniform(0.85, 1.1), 180, 270)]))]


@form('round')
def _sector(rng: Rng) -> list[Piece]:
    gap = rng.uniform(25, 42)
    return [solid(np.concatenate([[(0, 0)], ellipse(0, 0, 1, 1, gap, 360 - gap)]))]


@form('round')
def _crescent(rng: Rng) -> list[Piece]:
    size = rng.uniform(0.75, 0.9)
    return [solid(ellipse()), hole(ellipse(1.25 - size + 0.12, rng.uniform(-0.12, 0.12), size))]


@form('round')
def _ring(rng: Rng) -> list[Piece]:
    return [solid(ellipse(), ellipse(0, 0, rng.uniform(0.45, 0.72)))]


@form('round')
def _arc(rng: Rng) -> list[Piece]:
    inner, reach = rng.uniform(0.55, 0.72), rng.uniform(70, 110)
    outer = ellipse(0, 0, 1, 1, -90 - reach, -90 + reach)
    return [solid(np.concatenate([outer, inner * outer[::-1]]))]


def _star(number: int, depth: tuple[float, float]) -> None:
    def draw(rng: Rng) -> list[Piece]:
        radii = np.where(np.arange(2 * number) % 2, rng.uniform(*depth), 1)
        return [solid(polar(radii * rng.normal(1, 0.02, 2 * number)))]

    add_form(f'star_{number}', 'stars', draw)


for _number, _depth in {4: (0.28, 0.42), 5: (0.38, 0.5), 6: (0.5, 0.6), 8: (0.55, 0.7)}.items():
    _star(_number, _depth)


@form('stars')
def _burst(rng: Rng) -> list[Piece]:
    number = int(rng.integers(14, 20))
    return [solid(polar(np.where(np.arange(2 * number) % 2, rng.uniform(0.68, 0.8), 1)))]


@form('stars')
def _gear(rng: Rng) -> list[Piece]:
    number, depth = int(rng.integers(7, 12)), rng.uniform(0.72, 0.82)
    wave = np.clip(0.5 + 2.5 * np.cos(number * _TURNS), 0, 1)
    return [solid(polar(depth + (1 - depth) * wave), ellipse(0, 0, rng.uniform(0.2, 0.38)))]


@form('stars', chiral=True)
def _pinwheel(rng: Rng) -> list[Piece]:
    number, swing = int(rng.integers(4, 7)), rng.uniform(0.7, 1.1)
    saw = (number * _TURNS / (2 * np.pi)) % 1
    return [solid(polar(0.25 + 0.75 * saw**swing))]


@form('stars')
def _blossom(rng: Rng) -> list[Piece]:
    number, depth = int(rng.integers(5, 8)), rng.uniform(0.25, 0.4)
    return [solid(polar(1 - depth + depth * np.abs(np.cos(number * _TURNS / 2)) ** 0.8))]


@form('stars')
def _clover(rng: Rng) -> list[Piece]:
    return [solid(polar(0.22 + 0.78 * np.abs(np.cos(3 * (_TURNS + np.pi) / 2)) ** rng.uniform(0.5, 0.8)))]


@form('stars')
def _hex_nut(rng: Rng) -> list[Piece]:
    return [solid(ngon(6), ellipse(0, 0, rng.uniform(0.4, 0.55)))]


def _blob(name: str, low: int, high: int, fall: float, amount: float) -> None:
    """Add a form with the contour of a random Fourier series."""

    def draw(rng: Rng) -> list[Piece]:
        waves = np.arange(low, high + 1.0)
        heights = rng.normal(0, 1, len(waves)) * waves**-fall
        phases = rng.uniform(0, 2 * np.pi, len(waves))
        radius = (heights * np.cos(waves * _TURNS[:, None] + phases)).sum(1)
        return [solid(polar(1 + amount * radius / np.abs(radius).max()))]

    add_form(name, 'blobs', draw)


_blob('pebble', 2, 3, 1, 0.22)
_blob('amoeba', 3, 5, 0.5, 0.5)
_blob('splash', 7, 12, 0, 0.42)
_blob('crumb', 2, 40, 0.9, 0.45)


@form('blobs')
def _puddle(rng: Rng) -> list[Piece]:
    centres = np.cumsum(rng.normal(0, 0.5, (5, 2)), 0)
    return [solid(ellipse(x, y, rng.uniform(0.35, 0.6))) for x, y in centres]


@form('blobs')
def _bean(rng: Rng) -> list[Piece]:
    spine = ellipse(0, 0, 1, rng.uniform(0.7, 1), 200, 340)[::12]
    return [solid(ellipse(x, y, 0.42 + 0.04 * i)) for i, (x, y) in enumerate(curve(spine, closed=False, steps=5))]

"""Forms of signs: crosses, arrows, marks of cards and of punctuation, and the pieces of a well-known puzzle."""

from __future__ import annotations

import numpy as np

from ..dice import Rng
from .pieces import OTHER, Piece, box, curve, ellipse, hole, line, mirrored, ngon, polar, rotated, solid
from .table import add_form, form


@form('signs')
def _plus(rng: Rng) -> list[Piece]:
    half = rng.uniform(0.22, 0.4)
    return [solid(box(-1, -half, 1, half)), solid(box(-half, -1, half, 1))]


@form('signs')
def _thin_cross(rng: Rng) -> list[Piece]:
    half, bar = rng.uniform(0.12, 0.2), rng.uniform(-0.5, -0.3)
    return [solid(box(-half, -1, half, 1)), solid(box(-0.65, bar - half, 0.65, bar + half))]


@form('signs')
def _asterisk(rng: Rng) -> list[Piece]:
    half = rng.uniform(0.12, 0.2)
    return [solid(rotated(box(-half, -1, half, 1), 60 * turn)) for turn in range(3)]


@form('signs')
def _arrow(rng: Rng) -> list[Piece]:
    half, neck, head = rng.uniform(0.15, 0.3), rng.uniform(-0.2, 0.2), rng.uniform(0.55, 0.8)
    return [solid(mirrored([(0, -1), (head, neck), (half, neck), (half, 1)]))]


@form('signs')
def _double_arrow(rng: Rng) -> list[Piece]:
    half, neck, head = rng.uniform(0.13, 0.24), rng.uniform(0.3, 0.5), rng.uniform(0.45, 0.65)
    return [solid(mirrored([(0, -1), (head, -neck), (half, -neck), (half, neck), (head, neck), (0, 1)]))]


@form('signs', chiral=True)
def _bent_arrow(rng: Rng) -> list[Piece]:
    width = rng.uniform(0.3, 0.42)
    arc = ellipse(0.1, 0.2, 0.75, 0.75, 180, 300)
    tip = arc[-1]
    head = moved_head(tip, 30, rng.uniform(0.5, 0.62))
    return [line([(-0.65, 1), (-0.65, 0.2)], width), line(arc, width), solid(head)]


def moved_head(tip: np.ndarray, degrees: float, size: float) -> np.ndarray:
    """Return the triangle at the head of an arrow."""
    return rotated(np.array([(0.0, -size), (size * 1.2, 0), (0, size)]) + tip, degrees, tip)


@form('signs')
def _chevron(rng: Rng) -> list[Piece]:
    rise, thick = rng.uniform(0.6, 0.95), rng.uniform(0.4, 0.6)
    return [solid(mirrored([(0, -rise), (1, 0), (1, thick), (0, thick - rise)]))]


@form('signs')
def _heart(rng: Rng) -> list[Piece]:
    t = np.linspace(0, 2 * np.pi, 90)
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) * rng.uniform(0.85, 1.1)
    return [solid(np.stack([16 * np.sin(t) ** 3, y], 1))]


@form('signs', chiral=True)
def _lightning(rng: Rng) -> list[Piece]:
    a = rng.uniform(-0.1, 0.1)
    return [solid([(0.3, -1), (-0.55, 0.15 + a), (-0.05, 0.1 + a), (-0.3, 1), (0.6, -0.3 + a), (0.08, -0.22 + a)])]


@form('signs')
def _frame(rng: Rng) -> list[Piece]:
    height, thick = rng.uniform(0.75, 1), rng.uniform(0.2, 0.35)
    return [solid(box(-1, -height, 1, height), box(thick - 1, thick - height, 1 - thick, height - thick))]


@form('signs', chiral=True)
def _spiral(rng: Rng) -> list[Piece]:
    t = np.linspace(0, 1, 120)
    angle = 2 * np.pi * rng.uniform(2.0, 2.7) * t + rng.uniform(0, 6)
    points = (0.08 + 0.9 * t)[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return [line(points, rng.uniform(0.14, 0.2))]


@form('signs')
def _club(rng: Rng) -> list[Piece]:
    size = rng.uniform(0.4, 0.46)
    stem = mirrored([(0.05, 0), (0.12, 0.6), (0.35, 1)])
    leaves = [(0, -0.5), (0.48, 0.2), (-0.48, 0.2)]
    return [solid(stem), solid(ngon(3, 0.4)), *(solid(ellipse(x, y, size)) for x, y in leaves)]


@form('signs')
def _spade(rng: Rng) -> list[Piece]:
    leaf = curve([(0, -1), (0.35, -0.5), (0.85, 0.05), (0.7, 0.5), (0.25, 0.45), (0, 0.2)], closed=False)
    return [solid(mirrored(leaf)), solid(mirrored([(0.04, 0.1), (0.12, 0.6), (rng.uniform(0.3, 0.45), 1)]))]


@form('signs', chiral=True)
def _tick(rng: Rng) -> list[Piece]:
    return [line([(-0.9, 0.1), (-0.3, 0.75), (0.9, -0.7 + rng.uniform(-0.2, 0.2))], rng.uniform(0.28, 0.42))]


@form('signs')
def _cloud(rng: Rng) -> list[Piece]:
    puffs = [(-0.6, 0.15, 0.38), (-0.2, -0.2, 0.48), (0.3, -0.12, 0.42), (0.65, 0.18, 0.34)]
    jitter = rng.normal(0, 0.05, (4, 3))
    return [
        solid(box(-0.75, 0, 0.8, 0.52, round=0.25)),
        *(solid(ellipse(*(puff + shift))) for puff, shift in zip(puffs, jitter, strict=True)),
    ]


@form('signs', chiral=True)
def _speech_bubble(rng: Rng) -> list[Piece]:
    bottom = rng.uniform(0.4, 0.55)
    tail = solid([(-0.5, bottom - 0.1), (-0.65, 1), (0.0, bottom - 0.1)])
    return [tail, solid(box(-1, -0.75, 1, bottom, round=rng.uniform(0.25, 0.5)))]


@form('signs')
def _lemniscate(rng: Rng) -> list[Piece]:
    t = np.linspace(0, 2 * np.pi, 90)
    bow = np.stack([np.cos(t), rng.uniform(0.85, 1.1) * np.sin(t) * np.cos(t)], 1) / (1 + np.sin(t) ** 2)[:, None]
    return [line(bow, rng.uniform(0.16, 0.24), closed=True)]


@form('signs', chiral=True)
def _stairs(rng: Rng) -> list[Piece]:
    steps = int(rng.integers(3, 6))
    corners = [(x / steps, 1 - y / steps) for i in range(steps) for x, y in ((i, i + 1), (i + 1, i + 1))]
    return [solid([(0, 1), *corners, (1, 1)])]


@form('signs', chiral=True)
def _zigzag(rng: Rng) -> list[Piece]:
    high = rng.uniform(0.35, 0.5)
    return [line([(-1 + 0.4 * i, high if i % 2 else -high) for i in range(6)], rng.uniform(0.2, 0.3))]


@form('signs')
def _wave(rng: Rng) -> list[Piece]:
    x = np.linspace(-1, 1, 60)
    return [line(np.stack([x, rng.uniform(0.22, 0.34) * np.sin(2.5 * np.pi * x)], 1), rng.uniform(0.2, 0.3))]


@form('signs')
def _target(rng: Rng) -> list[Piece]:
    radii = np.array([1, 0.75, 0.5, 0.25]) + rng.uniform(-0.06, 0.06, 4) * (0, 1, 1, 1)
    return [solid(ellipse(0, 0, radius), tone=OTHER * (i % 2)) for i, radius in enumerate(radii)]


@form('signs', chiral=True)
def _yin_yang(rng: Rng) -> list[Piece]:
    dot = rng.uniform(0.12, 0.18)
    return [
        solid(ellipse()),
        solid(ellipse(0, 0, 1, 1, -90, 90), tone=OTHER),
        solid(ellipse(0, -0.5, 0.5), tone=OTHER),
        solid(ellipse(0, 0.5, 0.5)),
        solid(ellipse(0, -0.5, dot)),
        solid(ellipse(0, 0.5, dot), tone=OTHER),
    ]


@form('signs')
def _peace(rng: Rng) -> list[Piece]:
    width = rng.uniform(0.14, 0.22)
    spokes = [line([(0, 0), (x, y)], width) for x, y in ((0, 0.9), (-0.64, 0.64), (0.64, 0.64), (0, -0.9))]
    return [line(ellipse(0, 0, 0.9), width, closed=True), *spokes]


@form('signs')
def _badge(rng: Rng) -> list[Piece]:
    return [
        solid(polar(np.where(np.arange(24) % 2, 0.85, 1))),
        solid(ellipse(0, 0, 0.62), tone=OTHER),
        solid(polar(np.where(np.arange(10) % 2, 0.2, rng.uniform(0.45, 0.52)))),
    ]


@form('signs')
def _ladder(rng: Rng) -> list[Piece]:
    half, rungs = rng.uniform(0.35, 0.45), int(rng.integers(4, 7))
    rails = [line([(x, -1), (x, 1)], 0.14) for x in (-half, half)]
    return [*rails, *(line([(-half, y), (half, y)], 0.12) for y in np.linspace(-0.75, 0.75, rungs))]


@form('signs')
def _grid(rng: Rng) -> list[Piece]:
    number, thick = int(rng.integers(3, 5)), rng.uniform(0.12, 0.2)
    bars = [box(-1, y - thick / 2, 1, y + thick / 2) for y in np.linspace(-1 + thick / 2, 1 - thick / 2, number)]
    return [solid(points) for bar in bars for points in (bar, bar[:, ::-1])]


@form('signs', chiral=True)
def _puzzle_piece(rng: Rng) -> list[Piece]:
    knob = rng.uniform(0.24, 0.3)
    return [
        solid(box(-0.75, -0.75, 0.75, 0.75)),
        solid(ellipse(0, -0.75 - knob * 0.6, knob)),
        solid(ellipse(0.75 + knob * 0.6, 0, knob)),
        hole(ellipse(0, 0.75 - knob * 0.6, knob)),
        hole(ellipse(-0.75 + knob * 0.6, 0, knob)),
    ]


def _cells(name: str, cells: str) -> None:
    """Add a form of square cells, drawn as rows of text."""
    places = [(x, y) for y, row in enumerate(cells.split('/')) for x, cell in enumerate(row) if cell == '#']

    def draw(rng: Rng) -> list[Piece]:
        gap = rng.uniform(-0.01, 0.0)
        return [solid(box(x + gap, y + gap, x + 1 - gap, y + 1 - gap)) for x, y in places]

    add_form(name, 'signs', draw, chiral=True)


_cells('tetromino_l', '#./#./##')
_cells('tetromino_s', '.##/##.')
_cells('tetromino_t', '###/.#.')
_cells('pentomino_u', '#.#/###')
_cells('pentomino_w', '#../##./.##')

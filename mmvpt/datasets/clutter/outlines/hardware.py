"""Things to work and write with."""

from __future__ import annotations

import numpy as np

from ..dice import Rng
from .pieces import (
    DARK_DETAIL,
    LIGHT_DETAIL,
    OTHER,
    Piece,
    box,
    curve,
    ellipse,
    hole,
    line,
    mirrored,
    rotated,
    solid,
)
from .table import form


@form('hardware')
def _key(rng: Rng) -> list[Piece]:
    bow = rng.uniform(0.32, 0.42)
    teeth = [box(x, 0, x + 0.13, depth) for x, depth in zip((0.5, 0.75, 0.95), rng.uniform(0.2, 0.36, 3), strict=True)]
    return [
        solid(ellipse(-0.7, 0, bow), ellipse(-0.75, 0, bow * 0.5)),
        line([(-0.35, 0), (1.03, 0)], 0.16),
        *(solid(tooth) for tooth in teeth),
    ]


@form('hardware')
def _padlock(rng: Rng) -> list[Piece]:
    return [
        line(ellipse(0, -0.2, 0.45, rng.uniform(0.6, 0.75), 180, 360), 0.18, OTHER),
        solid(box(-0.75, -0.2, 0.75, 0.85, round=0.14)),
        solid(ellipse(0, 0.22, 0.16), tone=DARK_DETAIL),
        line([(0, 0.25), (0, 0.58)], 0.12, DARK_DETAIL),
    ]


@form('hardware')
def _hammer(rng: Rng) -> list[Piece]:
    head = rng.uniform(0.5, 0.65)
    return [
        line([(0, -0.6), (0, 1)], 0.2, OTHER),
        solid([(-head, -0.9), (0.25, -0.9), (0.7, -0.65), (0.25, -0.5), (-head, -0.5)]),
        solid(box(-head - 0.14, -0.98, -head + 0.1, -0.42)),
    ]


@form('hardware')
def _axe(rng: Rng) -> list[Piece]:
    bite = rng.uniform(0.35, 0.5)
    blade = curve([(0.75, -0.7 - bite), (0.92, -0.6), (0.75, -0.5 + bite)], closed=False)
    return [line([(0, -1), (0.05, 1)], 0.18, OTHER), solid([(-0.15, -0.75), *blade, (-0.15, -0.42)])]


@form('hardware')
def _saw(rng: Rng) -> list[Piece]:
    number = int(rng.integers(7, 11))
    edge = [(-1.1 + 1.4 * i / (2 * number), 0.32 - 0.14 * (i % 2)) for i in range(2 * number + 1)]
    return [
        solid([(-1.1, -0.05), (0.35, -0.32), *edge[::-1]]),
        solid(box(0.3, -0.4, 0.95, 0.4, round=0.18), tone=OTHER),
        hole(box(0.48, -0.2, 0.78, 0.2, round=0.1)),
    ]


@form('hardware')
def _wrench(rng: Rng) -> list[Piece]:
    jaw = rng.uniform(0.14, 0.2)
    return [
        line([(0, -0.6), (0, 0.8)], 0.26),
        solid(ellipse(0, -0.72, 0.42)),
        hole(box(-jaw, -1.3, jaw, -0.68)),
        solid(ellipse(0, 0.85, 0.28), ellipse(0, 0.85, 0.13)),
    ]


@form('hardware')
def _scissors(rng: Rng) -> list[Piece]:
    turn = rng.uniform(13, 24)
    halves = []
    for side in (-1, 1):
        halves += [
            solid(rotated([(-0.09, 0.35), (0.09, 0.35), (0.05 * side, -1.05)], turn * side, (0, 0.1))),
            line(rotated(ellipse(-0.12 * side, 0.72, 0.24, 0.3), turn * side, (0, 0.1)), 0.14, OTHER, closed=True),
        ]
    return [*halves, solid(ellipse(0, 0.1, 0.08), tone=DARK_DETAIL)]


@form('hardware')
def _spoon(rng: Rng) -> list[Piece]:
    return [
        line([(0, -0.3), (0, 0.95)], rng.uniform(0.13, 0.19)),
        solid(ellipse(0, -0.62, rng.uniform(0.28, 0.36), 0.42)),
        solid(ellipse(0, -0.64, 0.18, 0.28), tone=OTHER),
    ]


@form('hardware')
def _fork(rng: Rng) -> list[Piece]:
    tips = np.linspace(-0.28, 0.28, int(rng.integers(3, 5)))
    return [
        line([(0, 0), (0, 0.95)], 0.16),
        *(line([(x, -1), (x, -0.4)], 0.1) for x in tips),
        solid(ellipse(0, -0.4, 0.33, 0.4, 0, 180)),
    ]


@form('hardware')
def _knife(rng: Rng) -> list[Piece]:
    blade = curve([(-0.12, -1.05), (0.16, -0.6), (rng.uniform(0.14, 0.22), 0.15)], closed=False)
    return [solid([*blade, (-0.12, 0.15)]), solid(box(-0.14, 0.15, 0.14, 1.05, round=0.1), tone=DARK_DETAIL)]


@form('hardware')
def _sword(rng: Rng) -> list[Piece]:
    half = rng.uniform(0.09, 0.14)
    return [
        solid(mirrored([(0, -1.2), (half, -0.95), (half, 0.4)])),
        line([(-0.42, 0.42), (0.42, 0.42)], 0.14, OTHER),
        line([(0, 0.45), (0, 0.9)], 0.15, DARK_DETAIL),
        solid(ellipse(0, 1, 0.13), tone=OTHER),
    ]


@form('hardware')
def _shield(rng: Rng) -> list[Piece]:
    side = curve([(0, -0.9), (0.4, -0.8), (0.8, -0.85), (0.75, 0), (0.4, 0.7), (0, 1)], closed=False)
    return [
        solid(mirrored(side)),
        solid(box(-(half := rng.uniform(0.09, 0.16)), -0.9, half, 0.97), tone=OTHER),
        solid(box(-0.8, -0.3, 0.8, 0.0), tone=OTHER),
    ]


@form('hardware')
def _anchor(rng: Rng) -> list[Piece]:
    flukes = [[(0.72 * s, 0.1), (0.95 * s, 0.42), (0.5 * s, 0.42)] for s in (-1, 1)]
    return [
        line(ellipse(0, -0.88, 0.16), 0.1, closed=True),
        line([(0, -0.7), (0, 0.9)], 0.16),
        line([(-0.38, -0.48), (0.38, -0.48)], 0.13),
        line(ellipse(0, 0.2, 0.72, rng.uniform(0.62, 0.75), 10, 170), 0.15),
        *(solid(fluke) for fluke in flukes),
    ]


@form('hardware')
def _magnifier(rng: Rng) -> list[Piece]:
    size = rng.uniform(0.52, 0.62)
    return [
        line([(0.15, 0.15), (0.95, 0.95)], 0.24, OTHER),
        solid(ellipse(-0.25, -0.25, size)),
        solid(ellipse(-0.25, -0.25, size * 0.72), tone=LIGHT_DETAIL),
    ]


@form('hardware')
def _magnet(rng: Rng) -> list[Piece]:
    width = rng.uniform(0.36, 0.45)
    return [
        line(ellipse(0, -0.15, 0.6, 0.6, 180, 360), width),
        *(solid(box(x - width / 2, -0.15, x + width / 2, 0.45)) for x in (-0.6, 0.6)),
        *(solid(box(x - width / 2, 0.45, x + width / 2, 0.85), tone=LIGHT_DETAIL) for x in (-0.6, 0.6)),
    ]


@form('desk')
def _pencil(rng: Rng) -> list[Piece]:
    half = rng.uniform(0.14, 0.2)
    return [
        solid(box(-half, -0.7, half, 0.6)),
        solid(box(-half, -1.05, half, -0.8), tone=OTHER),
        solid(box(-half, -0.85, half, -0.7), tone=DARK_DETAIL),
        solid([(-half, 0.6), (half, 0.6), (0, 1.1)], tone=LIGHT_DETAIL),
        solid([(-half * 0.4, 0.9), (half * 0.4, 0.9), (0, 1.1)], tone=DARK_DETAIL),
    ]


@form('desk')
def _book(rng: Rng) -> list[Piece]:
    fold = rng.uniform(0.1, 0.25)
    page = np.array([(0, -0.55 + fold), (0.5, -0.7), (1, -0.6), (1, 0.55), (0.5, 0.45), (0, 0.65)])
    lines = [
        line([(0.2 * s, y - 0.02), (0.82 * s, y - 0.1)], 0.05, DARK_DETAIL) for s in (-1, 1) for y in (-0.2, 0.05, 0.3)
    ]
    return [
        solid(np.array([(-1.08, -0.5), (1.08, -0.5), (1.08, 0.68), (0, 0.78), (-1.08, 0.68)]), tone=OTHER),
        *(solid(page * (side, 1)) for side in (-1, 1)),
        line([(0, -0.4), (0, 0.65)], 0.06, DARK_DETAIL),
        *lines,
    ]


@form('desk')
def _envelope(rng: Rng) -> list[Piece]:
    half = rng.uniform(0.6, 0.72)
    return [
        solid(box(-1, -half, 1, half)),
        line([(-0.97, -half + 0.05), (0, 0.1), (0.97, -half + 0.05)], 0.08, DARK_DETAIL),
        solid(ellipse(0, 0.15, 0.16), tone=OTHER),
    ]


@form('desk')
def _camera(rng: Rng) -> list[Piece]:
    lens = rng.uniform(0.36, 0.44)
    return [
        solid(box(-0.4, -0.75, 0.25, -0.4, round=0.08)),
        solid(box(-1, -0.55, 1, 0.65, round=0.12)),
        solid(ellipse(0, 0.08, lens), tone=DARK_DETAIL),
        solid(ellipse(0, 0.08, lens * 0.6), tone=LIGHT_DETAIL),
        solid(box(0.6, -0.4, 0.85, -0.25), tone=OTHER),
    ]


@form('desk')
def _telephone(rng: Rng) -> list[Piece]:
    keys = [box(x - 0.09, y - 0.07, x + 0.09, y + 0.07) for x in (-0.25, 0, 0.25) for y in (0.25, 0.48, 0.71)]
    return [
        solid(box(-(half := rng.uniform(0.46, 0.55)), -1.05, half, 1.05, round=0.14)),
        solid(box(-0.36, -0.85, 0.36, 0.05), tone=LIGHT_DETAIL),
        *(solid(key, tone=DARK_DETAIL) for key in keys),
    ]


@form('desk')
def _robot(rng: Rng) -> list[Piece]:
    head = rng.uniform(0.42, 0.52)
    return [
        line([(0, -0.8), (0, -1.15)], 0.07, DARK_DETAIL),
        solid(ellipse(0, -1.15, 0.1), tone=OTHER),
        *(line([(0.55 * side, 0.1), (0.8 * side, 0.55)], 0.18, OTHER) for side in (-1, 1)),
        *(solid(box(0.28 * side - 0.14, 0.7, 0.28 * side + 0.14, 1.1), tone=OTHER) for side in (-1, 1)),
        solid(box(-head, -0.85, head, -0.15, round=0.08)),
        solid(box(-0.55, -0.08, 0.55, 0.75, round=0.06)),
        *(solid(ellipse(0.2 * side, -0.55, 0.12), tone=LIGHT_DETAIL) for side in (-1, 1)),
        line([(-0.2, -0.3), (0.2, -0.3)], 0.07, DARK_DETAIL),
        solid(box(-0.3, 0.15, 0.3, 0.5), tone=LIGHT_DETAIL),
    ]

"""Things to play with."""

from __future__ import annotations

import numpy as np

from ..dice import Rng
from .pieces import DARK_DETAIL, OTHER, Piece, box, curve, ellipse, line, mirrored, moved, ngon, rotated, solid
from .table import form


@form('play')
def _ball(rng: Rng) -> list[Piece]:
    spots = [0.95 * corner for corner in ngon(5, start=rng.uniform(0, 72))]
    patches = [ellipse(x, y, 0.26) for x, y in spots]
    inside = [np.clip(1, None, 0.97 / np.hypot(*patch.T))[:, None] * patch for patch in patches]
    return [solid(ellipse()), solid(ngon(5, 0.36), tone=OTHER), *(solid(patch, tone=OTHER) for patch in inside)]


@form('play')
def _die(rng: Rng) -> list[Piece]:
    spots = [[(0, 0)], [(-1, -1), (1, 1)], [(-1, -1), (0, 0), (1, 1)], [(-1, -1), (1, -1), (-1, 1), (1, 1)]]
    chosen = spots[int(rng.integers(len(spots)))]
    return [
        solid(box(-1, -1, 1, 1, round=0.25)),
        *(solid(ellipse(0.5 * x, 0.5 * y, 0.19), tone=DARK_DETAIL) for x, y in chosen),
    ]


@form('play')
def _guitar(rng: Rng) -> list[Piece]:
    waist = rng.uniform(0.3, 0.38)
    side = curve([(0, -0.25), (0.4, -0.15), (waist, 0.22), (0.55, 0.65), (0.3, 1), (0, 1.05)], closed=False)
    return [
        line([(0, -1.1), (0, 0)], 0.13, OTHER),
        solid(box(-0.14, -1.3, 0.14, -1.0), tone=DARK_DETAIL),
        solid(mirrored(side)),
        solid(ellipse(0, 0.3, 0.17), tone=DARK_DETAIL),
        line([(-0.2, 0.75), (0.2, 0.75)], 0.09, DARK_DETAIL),
    ]


@form('play')
def _bell(rng: Rng) -> list[Piece]:
    side = curve([(0, -0.8), (0.35, -0.65), (0.48, 0), (rng.uniform(0.75, 0.9), 0.6)], closed=False)
    return [
        solid(ellipse(0, 0.68, 0.18), tone=DARK_DETAIL),
        solid(ellipse(0, -0.85, 0.14), tone=OTHER),
        solid(mirrored(side)),
        line([(-0.75, 0.5), (0.75, 0.5)], 0.14, OTHER),
    ]


@form('play', chiral=True)
def _note(rng: Rng) -> list[Piece]:
    rise = rng.uniform(-0.95, -0.8)
    return [
        *(solid(rotated(ellipse(x, 0.7, 0.27, 0.19), -20, (x, 0.7))) for x in (-0.6, 0.4)),
        *(line([(x + 0.22, 0.65), (x + 0.22, y)], 0.1) for x, y in ((-0.6, rise), (0.4, -1))),
        solid([(-0.43, rise - 0.1), (0.67, -1.1), (0.67, -0.8), (-0.43, rise + 0.2)]),
    ]


@form('play')
def _gift(rng: Rng) -> list[Piece]:
    half = rng.uniform(0.7, 0.85)
    bow = curve([(0, -0.5), (0.2, -0.95), (0.55, -0.9), (0.4, -0.55)])
    return [
        solid(bow, tone=OTHER),
        solid(bow * (-1, 1), tone=OTHER),
        solid(box(-half, -0.2, half, 0.85)),
        solid(box(-half - 0.1, -0.5, half + 0.1, -0.15)),
        solid(box(-0.12, -0.5, 0.12, 0.85), tone=OTHER),
    ]


@form('play')
def _flag(rng: Rng) -> list[Piece]:
    top = curve([(-0.6, -0.95), (-0.1, -1.05), (0.4, -0.85), (0.95, -0.95)], closed=False)
    deep = rng.uniform(0.75, 0.95)
    return [
        line([(-0.65, -1.1), (-0.65, 1.1)], 0.11, DARK_DETAIL),
        solid(np.concatenate([top, (top + (0, deep))[::-1]])),
        solid(np.concatenate([top + (0, deep / 3), (top + (0, 2 * deep / 3))[::-1]]), tone=OTHER),
    ]


@form('play')
def _toy_kite(rng: Rng) -> list[Piece]:
    tail = curve([(0, 0.5), (0.2, 0.75), (-0.15, 0.95), (0.1, 1.25)], closed=False)
    bow = [(-0.12, -0.08), (0.12, 0.08), (0.12, -0.08), (-0.12, 0.08)]
    wide = rng.uniform(0.55, 0.7)
    return [
        line(tail, 0.06, DARK_DETAIL),
        solid([(0, -1), (wide, -0.35), (0, 0.55), (-wide, -0.35)]),
        solid([(0, -1), (wide, -0.35), (0, -0.35)], tone=OTHER),
        solid([(0, 0.55), (-wide, -0.35), (0, -0.35)], tone=OTHER),
        *(solid(moved(bow, x, y)) for x, y in tail[[10, 18]]),
    ]

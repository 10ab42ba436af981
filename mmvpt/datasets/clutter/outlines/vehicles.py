"""Things that move people, and places where people live."""

from __future__ import annotations

import numpy as np

from ..dice import Rng
from .pieces import DARK_DETAIL, LIGHT_DETAIL, OTHER, Piece, box, curve, ellipse, line, mirrored, rotated, solid
from .table import form


def _wheel(x: float, y: float, size: float) -> list[Piece]:
    return [solid(ellipse(x, y, size), tone=DARK_DETAIL), solid(ellipse(x, y, size * 0.45), tone=LIGHT_DETAIL)]


@form('vehicles')
def _car(rng: Rng) -> list[Piece]:
    roof, hood = rng.uniform(-0.6, -0.45), rng.uniform(0.35, 0.55)
    return [
        solid([(-0.7, -0.1), (-0.45, roof), (0.25, roof), (hood, -0.1)]),
        solid(box(-1.05, -0.12, 1.05, 0.32, round=0.14)),
        solid([(-0.55, -0.12), (-0.38, roof + 0.12), (-0.1, roof + 0.12), (-0.1, -0.12)], tone=LIGHT_DETAIL),
        solid([(0, -0.12), (0, roof + 0.12), (0.2, roof + 0.12), (hood - 0.12, -0.12)], tone=LIGHT_DETAIL),
        *_wheel(-0.58, 0.35, 0.23),
        *_wheel(0.58, 0.35, 0.23),
    ]


@form('vehicles')
def _truck(rng: Rng) -> list[Piece]:
    top = rng.uniform(-0.75, -0.5)
    return [
        solid(box(-1.1, top, 0.35, 0.35)),
        solid([(0.4, -0.3), (0.8, -0.3), (1.1, 0.02), (1.1, 0.35), (0.4, 0.35)], tone=OTHER),
        solid([(0.52, -0.2), (0.76, -0.2), (0.95, 0.02), (0.52, 0.02)], tone=LIGHT_DETAIL),
        *(piece for x in (-0.75, -0.25, 0.75) for piece in _wheel(x, 0.42, 0.21)),
    ]


@form('vehicles')
def _bus(rng: Rng) -> list[Piece]:
    top = rng.uniform(-0.65, -0.5)
    windows = [box(x, top + 0.15, x + 0.3, top + 0.45) for x in (-0.95, -0.57, -0.19, 0.19, 0.57)]
    return [
        solid(box(-1.1, top, 1.1, 0.4, round=0.12)),
        *(solid(window, tone=LIGHT_DETAIL) for window in windows),
        line([(-1.05, 0.12), (1.05, 0.12)], 0.1, OTHER),
        *_wheel(-0.6, 0.42, 0.21),
        *_wheel(0.6, 0.42, 0.21),
    ]


@form('vehicles')
def _bicycle(rng: Rng) -> list[Piece]:
    size = rng.uniform(0.38, 0.44)
    frame = [(-0.62, 0.4), (-0.3, -0.2), (0.4, -0.2), (0, 0.4), (-0.62, 0.4)]
    return [
        *(line(ellipse(x, 0.4, size), 0.1, DARK_DETAIL, closed=True) for x in (-0.62, 0.62)),
        line(frame, 0.09),
        line([(0, 0.4), (-0.36, -0.35)], 0.09),
        line([(0.62, 0.4), (0.36, -0.48), (0.6, -0.52)], 0.09),
        line([(-0.5, -0.38), (-0.22, -0.38)], 0.12, DARK_DETAIL),
    ]


@form('vehicles')
def _locomotive(rng: Rng) -> list[Piece]:
    funnel = rng.uniform(0.55, 0.75)
    return [
        solid(box(-0.95, -0.7, -0.3, 0.4)),
        solid(box(-1.05, -0.85, -0.2, -0.68), tone=OTHER),
        solid(box(-0.82, -0.5, -0.45, -0.15), tone=LIGHT_DETAIL),
        solid(box(-0.35, -0.25, 0.95, 0.4, round=0.12)),
        solid([(funnel - 0.12, -0.2), (funnel - 0.2, -0.75), (funnel + 0.2, -0.75), (funnel + 0.12, -0.2)], tone=OTHER),
        *(piece for x in (-0.65, -0.1, 0.4, 0.8) for piece in _wheel(x, 0.45, 0.2)),
    ]


@form('vehicles')
def _sailing_boat(rng: Rng) -> list[Piece]:
    sail = rng.uniform(0.6, 0.85)
    return [
        line([(0, -1.1), (0, 0.5)], 0.07, DARK_DETAIL),
        solid([(0.08, -1), (sail, 0.25), (0.08, 0.25)], tone=LIGHT_DETAIL),
        solid([(-0.08, -0.85), (-sail * 0.8, 0.25), (-0.08, 0.25)], tone=OTHER),
        solid(curve([(-1, 0.42), (1, 0.42), (0.65, 0.85), (-0.65, 0.85)], steps=5)),
    ]


@form('vehicles')
def _ship(rng: Rng) -> list[Piece]:
    funnels = np.linspace(-0.35, 0.35, int(rng.integers(1, 4)) + 1)
    return [
        *(solid(box(x - 0.1, -0.75, x + 0.1, -0.2), tone=OTHER) for x in funnels),
        solid(box(-0.65, -0.35, 0.65, 0.1), tone=LIGHT_DETAIL),
        *(solid(ellipse(x, -0.12, 0.07), tone=DARK_DETAIL) for x in (-0.45, -0.15, 0.15, 0.45)),
        solid([(-1.1, 0.08), (1.15, 0.0), (0.8, 0.65), (-0.8, 0.65)]),
    ]


@form('vehicles')
def _aeroplane(rng: Rng) -> list[Piece]:
    sweep, wing = rng.uniform(0.25, 0.55), rng.uniform(0.85, 1.05)
    return [
        solid(mirrored([(0, -0.35), (wing, sweep - 0.1), (wing, sweep + 0.1), (0, 0.2)]), tone=OTHER),
        solid(mirrored([(0, 0.7), (0.38, 0.92), (0.38, 1.02), (0, 0.95)]), tone=OTHER),
        solid(ellipse(0, -0.02, 0.15, 1.05)),
        solid(ellipse(0, -0.72, 0.08, 0.13), tone=LIGHT_DETAIL),
    ]


@form('vehicles')
def _helicopter(rng: Rng) -> list[Piece]:
    return [
        line([(0.2, -0.05), (1.1, -0.2)], 0.16),
        line([(1.1, -0.45), (1.1, 0.05)], 0.09, OTHER),
        solid(ellipse(-0.25, 0.05, 0.6, rng.uniform(0.4, 0.48))),
        solid(np.concatenate([ellipse(-0.35, 0.05, 0.42, 0.34, 180, 270), [(-0.35, 0.05)]]), tone=LIGHT_DETAIL),
        line([(-0.2, -0.3), (-0.2, -0.6)], 0.1, DARK_DETAIL),
        line([(-1.1, -0.6), (0.7, -0.6)], 0.09, OTHER),
        line([(-0.8, 0.68), (0.35, 0.68)], 0.09, DARK_DETAIL),
        *(line([(x, 0.4), (x, 0.68)], 0.07, DARK_DETAIL) for x in (-0.45, 0.0)),
    ]


@form('vehicles')
def _rocket(rng: Rng) -> list[Piece]:
    wide = rng.uniform(0.28, 0.36)
    return [
        solid(mirrored([(0, 0.55), (0.16, 0.7), (0, 1.2)]), tone=LIGHT_DETAIL),
        solid(mirrored([(0, 0.1), (wide + 0.35, 0.85), (0, 0.6)]), tone=OTHER),
        solid(mirrored(curve([(0, -1.1), (wide, -0.4), (wide, 0.3), (wide * 0.7, 0.68)], closed=False))),
        solid(ellipse(0, -0.3, 0.18), tone=DARK_DETAIL),
        solid(ellipse(0, -0.3, 0.11), tone=LIGHT_DETAIL),
    ]


@form('vehicles')
def _balloon(rng: Rng) -> list[Piece]:
    wide = rng.uniform(0.7, 0.82)
    side = curve([(0, -1.1), (wide * 0.75, -0.85), (wide, -0.3), (0.3, 0.5), (0, 0.5)], closed=False)
    stripe = mirrored(curve([(0, -1.1), (wide * 0.3, -0.75), (wide * 0.35, -0.3), (0.1, 0.5)], closed=False))
    return [
        *(line([(0.25 * side, 0.45), (0.17 * side, 0.85)], 0.05, DARK_DETAIL) for side in (-1, 1)),
        solid(mirrored(side)),
        solid(stripe, tone=OTHER),
        solid(box(-0.22, 0.8, 0.22, 1.15, round=0.06), tone=DARK_DETAIL),
    ]


@form('buildings')
def _house(rng: Rng) -> list[Piece]:
    top, eaves = rng.uniform(-1, -0.75), rng.uniform(0.88, 1.02)
    door = rng.uniform(-0.55, 0.15)
    return [
        solid(box(0.38, top + 0.1, 0.58, -0.1), tone=DARK_DETAIL),
        solid(box(-0.75, -0.2, 0.75, 0.85)),
        solid([(-eaves, -0.15), (0, top), (eaves, -0.15)], tone=OTHER),
        solid(box(door, 0.25, door + 0.36, 0.85), tone=DARK_DETAIL),
        solid(box(0.32 if door < -0.1 else -0.6, 0.1, 0.62 if door < -0.1 else -0.3, 0.42), tone=LIGHT_DETAIL),
    ]


@form('buildings')
def _castle(rng: Rng) -> list[Piece]:
    teeth = [box(x, -0.35, x + 0.16, -0.1) for x in (-0.42, -0.08, 0.26)]
    high = rng.uniform(-0.85, -0.65)
    return [
        solid(box(-0.5, -0.15, 0.5, 0.8)),
        *(solid(tooth) for tooth in teeth),
        *(solid(box(0.7 * side - 0.25, -0.45, 0.7 * side + 0.25, 0.8)) for side in (-1, 1)),
        *(
            solid([(0.7 * s - 0.32, -0.45), (0.7 * s, high - 0.25), (0.7 * s + 0.32, -0.45)], tone=OTHER)
            for s in (-1, 1)
        ),
        solid(np.concatenate([ellipse(0, 0.45, 0.2, 0.24, 180, 360), [(0.2, 0.8), (-0.2, 0.8)]]), tone=DARK_DETAIL),
        *(solid(box(0.7 * side - 0.07, -0.2, 0.07 + 0.7 * side, 0.1), tone=DARK_DETAIL) for side in (-1, 1)),
    ]


@form('buildings')
def _tower(rng: Rng) -> list[Piece]:
    half = rng.uniform(0.32, 0.45)
    windows = [box(x - 0.08, y, x + 0.08, y + 0.16) for x in (-half / 2, half / 2) for y in (-0.7, -0.35, 0.0, 0.35)]
    return [
        line([(0, -0.9), (0, -1.25)], 0.06, DARK_DETAIL),
        solid(box(-half, -0.95, half, 1)),
        *(solid(window, tone=LIGHT_DETAIL) for window in windows),
        solid(box(-0.12, 0.7, 0.12, 1), tone=DARK_DETAIL),
    ]


@form('buildings')
def _windmill(rng: Rng) -> list[Piece]:
    turn = rng.uniform(20, 70)
    sail = np.array([(-0.03, 0), (0.03, 0), (0.2, -0.3), (0.2, -0.95), (-0.03, -0.95)])
    return [
        solid([(-0.24, -0.4), (0.24, -0.4), (0.42, 1), (-0.42, 1)]),
        solid(ellipse(0, -0.4, 0.26, 0.3, 180, 360), tone=OTHER),
        solid(box(-0.11, 0.65, 0.11, 1), tone=DARK_DETAIL),
        *(solid(rotated(sail, turn + 90 * quarter) + (0, -0.4), tone=LIGHT_DETAIL) for quarter in range(4)),
        solid(ellipse(0, -0.4, 0.09), tone=DARK_DETAIL),
    ]


@form('buildings')
def _lighthouse(rng: Rng) -> list[Piece]:
    base = rng.uniform(0.36, 0.48)
    bands = [[(-w, y), (w, y), (w + 0.04, y + 0.25), (-w - 0.04, y + 0.25)] for w, y in ((0.24, -0.3), (0.31, 0.2))]
    return [
        solid([(-0.2, -0.6), (0.2, -0.6), (base, 1), (-base, 1)]),
        *(solid(band, tone=OTHER) for band in bands),
        solid(box(-0.2, -0.9, 0.2, -0.65), tone=LIGHT_DETAIL),
        solid(box(-0.3, -0.68, 0.3, -0.58), tone=DARK_DETAIL),
        solid([(-0.27, -0.88), (0, -1.2), (0.27, -0.88)], tone=OTHER),
    ]


@form('buildings')
def _temple(rng: Rng) -> list[Piece]:
    columns = np.linspace(-0.75, 0.75, int(rng.integers(4, 6)))
    return [
        solid([(-1.05, -0.45), (0, -1), (1.05, -0.45)]),
        solid(box(-0.95, -0.47, 0.95, -0.3), tone=OTHER),
        *(solid(box(x - 0.1, -0.3, x + 0.1, 0.6)) for x in columns),
        solid(box(-1.05, 0.58, 1.05, 0.8), tone=OTHER),
    ]


@form('buildings')
def _tent(rng: Rng) -> list[Piece]:
    wide = rng.uniform(0.85, 1.05)
    return [
        solid([(0, -0.8), (wide, 0.7), (-wide, 0.7)]),
        solid([(0, -0.45), (0.32, 0.7), (-0.32, 0.7)], tone=DARK_DETAIL),
        line([(0, -0.75), (0, -1.05)], 0.06, DARK_DETAIL),
        solid([(0, -1.1), (0.35, -0.98), (0, -0.86)], tone=OTHER),
    ]


@form('buildings')
def _bridge(rng: Rng) -> list[Piece]:
    rise = rng.uniform(0.45, 0.6)
    ropes = [line([(x, -0.15), (x, -0.1 - rise * (1 - (x / 0.9) ** 2))], 0.05, OTHER) for x in (-0.5, -0.2, 0.2, 0.5)]
    return [
        solid(box(-1.1, -0.2, 1.1, 0.02)),
        line(ellipse(0, -0.1, 0.9, rise, 180, 360), 0.12),
        *ropes,
        *(solid(box(x - 0.09, 0, x + 0.09, 0.55), tone=OTHER) for x in (-0.75, 0.75)),
    ]

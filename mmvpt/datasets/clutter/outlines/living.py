"""Things that live: animals, plants, fruit and people."""

from __future__ import annotations

import numpy as np

from ..dice import Rng
from .pieces import DARK_DETAIL, LIGHT_DETAIL, OTHER, Piece, box, curve, ellipse, hole, line, mirrored, rotated, solid
from .table import form


def _eye(x: float, y: float, size: float) -> list[Piece]:
    return [solid(ellipse(x, y, size), tone=LIGHT_DETAIL), solid(ellipse(x, y, size * 0.55), tone=DARK_DETAIL)]


@form('animals')
def _fish(rng: Rng) -> list[Piece]:
    high, tail = rng.uniform(0.38, 0.6), rng.uniform(0.35, 0.55)
    body = curve([(-0.95, 0), (-0.5, -high), (0.1, -high * 0.9), (0.6, -0.1), (0.6, 0.1), (0.1, high), (-0.5, high)])
    return [
        solid([(0.45, 0), (1.1, -tail), (0.92, 0), (1.1, tail)], tone=OTHER),
        solid([(-0.35, -high * 0.8), (0.05, -high - 0.3), (0.35, -high * 0.5)], tone=OTHER),
        solid(body),
        line(ellipse(-0.75, 0, 0.32, 0.42, -55, 55), 0.05, DARK_DETAIL),
        *_eye(-0.62, -0.1, 0.11),
    ]


@form('animals')
def _bird(rng: Rng) -> list[Piece]:
    wing = rng.uniform(0.3, 0.5)
    body = curve([(-0.75, -0.3), (-0.4, 0.45), (0.25, 0.5), (0.75, 0.1), (0.2, -0.1), (-0.25, -0.35)])
    return [
        solid([(0.5, 0.1), (1.15, -0.25), (1.15, 0.15), (0.4, 0.45)], tone=OTHER),
        *(line([(x, 0.5), (x + 0.05, 0.95), (x - 0.15, 0.95)], 0.06, DARK_DETAIL) for x in (-0.15, 0.15)),
        solid(body),
        solid(ellipse(-0.55, -0.4, 0.36)),
        solid([(-0.85, -0.55), (-1.2, -0.35), (-0.85, -0.25)], tone=LIGHT_DETAIL),
        solid(curve([(-0.25, -0.05), (0.2, wing), (0.8, 0.1), (0.2, -0.15)]), tone=OTHER),
        *_eye(-0.62, -0.48, 0.09),
    ]


@form('animals')
def _duck(rng: Rng) -> list[Piece]:
    neck = rng.uniform(-0.75, -0.55)
    return [
        solid([(-0.75, neck - 0.08), (-1.15, neck + 0.06), (-0.7, neck + 0.18)], tone=LIGHT_DETAIL),
        solid(curve([(-0.7, 0.2), (-0.4, 0.75), (0.5, 0.75), (1.1, -0.1), (0.5, 0.1), (-0.3, 0.05)])),
        line([(-0.5, neck), (-0.45, 0.3)], 0.36),
        solid(ellipse(-0.52, neck, 0.33)),
        solid(curve([(-0.2, 0.2), (0.2, 0.6), (0.75, 0.2), (0.2, 0.1)]), tone=OTHER),
        *_eye(-0.6, neck - 0.06, 0.09),
    ]


@form('animals')
def _cat(rng: Rng) -> list[Piece]:
    ear, wide = rng.uniform(-1.1, -0.9), rng.uniform(0.85, 1)
    whiskers = [[(0.35 * side, 0.3), (1.15 * side, y)] for side in (-1, 1) for y in (0.15, 0.45)]
    return [
        *(solid([(side * 0.9, -0.1), (side * 0.78, ear), (side * 0.15, -0.6)]) for side in (-1, 1)),
        *(solid([(side * 0.78, -0.35), (side * 0.7, ear + 0.25), (side * 0.35, -0.6)], tone=OTHER) for side in (-1, 1)),
        solid(ellipse(0, 0.05, wide, 0.78)),
        *(piece for side in (-1, 1) for piece in _eye(0.38 * side, -0.1, 0.17)),
        solid([(-0.12, 0.22), (0.12, 0.22), (0, 0.36)], tone=DARK_DETAIL),
        *(line(whisker, 0.045, DARK_DETAIL) for whisker in whiskers),
    ]


@form('animals')
def _rabbit(rng: Rng) -> list[Piece]:
    lean, long = rng.uniform(5, 22), rng.uniform(0.55, 0.7)
    ears = [
        solid(rotated(ellipse(0.26 * side, -0.85, size * 0.2, size * long), lean * side, (0, 0)), tone=tone)
        for side in (-1, 1)
        for size, tone in ((1, 0), (0.6, OTHER))
    ]
    return [
        *ears,
        solid(ellipse(0, 0.1, 0.62, 0.55)),
        *(piece for side in (-1, 1) for piece in _eye(0.25 * side, -0.02, 0.11)),
        solid(ellipse(0, 0.22, 0.08, 0.06), tone=DARK_DETAIL),
        solid(box(-0.09, 0.4, 0.09, 0.58), tone=LIGHT_DETAIL),
    ]


@form('animals')
def _bear(rng: Rng) -> list[Piece]:
    ear = rng.uniform(0.28, 0.36)
    return [
        *(solid(ellipse(0.68 * side, -0.62, ear)) for side in (-1, 1)),
        *(solid(ellipse(0.68 * side, -0.62, ear * 0.55), tone=OTHER) for side in (-1, 1)),
        solid(ellipse(0, 0, 0.95, 0.85)),
        solid(ellipse(0, 0.35, 0.42, 0.34), tone=OTHER),
        solid(ellipse(0, 0.22, 0.15, 0.11), tone=DARK_DETAIL),
        *(piece for side in (-1, 1) for piece in _eye(0.35 * side, -0.15, 0.12)),
    ]


@form('animals')
def _snail(rng: Rng) -> list[Piece]:
    t = np.linspace(0, 1, 60)
    angle = 5 * np.pi * t
    turns = (0.08 + 0.42 * t)[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1) + (0.25, 0)
    horn = rng.uniform(-0.55, -0.35)
    return [
        solid(curve([(-1, 0.1), (-0.75, -0.1), (-0.55, 0.35), (0.3, 0.4), (1.1, 0.7), (-0.8, 0.7)])),
        *(line([(-0.85, 0.1), (x, horn)], 0.07) for x in (-1.05, -0.75)),
        solid(ellipse(0.25, 0, 0.62), tone=OTHER),
        line(turns, 0.09, DARK_DETAIL),
    ]


@form('animals')
def _butterfly(rng: Rng) -> list[Piece]:
    top, low = rng.uniform(0.75, 1), rng.uniform(0.45, 0.65)
    wings = []
    for side in (-1, 1):
        wings += [
            solid(curve([(0, 0), (side * 0.5, -0.8), (side * top, -0.75), (side * 0.85, -0.05)])),
            solid(curve([(0, 0.1), (side * low * 1.2, 0.1), (side * low, 0.8), (side * 0.2, 0.6)])),
            solid(ellipse(side * 0.62, -0.42, 0.17), tone=OTHER),
            solid(ellipse(side * low * 0.7, 0.42, 0.12), tone=OTHER),
            line([(0, -0.5), (side * 0.25, -0.95)], 0.045, DARK_DETAIL),
        ]
    return [*wings, solid(ellipse(0, 0.05, 0.1, 0.65), tone=DARK_DETAIL)]


@form('animals')
def _turtle(rng: Rng) -> list[Piece]:
    high = rng.uniform(0.6, 0.75)
    return [
        *(solid(box(x, 0.1, x + 0.28, 0.5, round=0.1), tone=OTHER) for x in (-0.6, 0.3)),
        solid(ellipse(-0.95, 0.0, 0.26, 0.22), tone=OTHER),
        solid([(0.7, 0.1), (1.05, 0.28), (0.7, 0.28)], tone=OTHER),
        solid(ellipse(0, 0.22, 0.82, high, 180, 360)),
        *(line([(x, 0.15), (x * 0.55, 0.25 - high)], 0.05, DARK_DETAIL) for x in (-0.4, 0, 0.4)),
        *_eye(-1.02, -0.04, 0.07),
    ]


@form('animals')
def _snake(rng: Rng) -> list[Piece]:
    x = np.linspace(-0.9, 0.9, 50)
    y = rng.uniform(0.28, 0.4) * np.sin(1.9 * np.pi * x)
    return [
        line([(-1.0, y[0] - 0.05), (-1.28, y[0] - 0.16)], 0.05, DARK_DETAIL),
        line(np.stack([x, y], 1), 0.24),
        solid(ellipse(-0.92, y[0], 0.22, 0.17)),
        *_eye(-0.98, y[0] - 0.05, 0.07),
    ]


@form('animals')
def _octopus(rng: Rng) -> list[Piece]:
    arms = []
    for place in np.linspace(-0.65, 0.65, 6):
        foot = 1.5 * place + rng.uniform(-0.08, 0.08)
        arms.append(line(curve([(place * 0.7, 0), (place * 0.8, 0.5), (foot, 0.9)], closed=False), 0.2))
    eyes = [piece for side in (-1, 1) for piece in _eye(0.25 * side, -0.2, 0.14)]
    return [*arms, solid(ellipse(0, -0.3, 0.62, 0.68)), *eyes]


@form('animals')
def _penguin(rng: Rng) -> list[Piece]:
    wing = rng.uniform(10, 28)
    return [
        *(solid(rotated(ellipse(0.58 * s, 0.15, 0.14, 0.5), -wing * s, (0.5 * s, -0.2)), tone=OTHER) for s in (-1, 1)),
        *(solid(ellipse(0.24 * side, 0.98, 0.22, 0.1), tone=LIGHT_DETAIL) for side in (-1, 1)),
        solid(ellipse(0, 0.2, 0.6, 0.8)),
        solid(ellipse(0, -0.6, 0.4)),
        solid(ellipse(0, 0.35, 0.4, 0.58), tone=LIGHT_DETAIL),
        *(piece for side in (-1, 1) for piece in _eye(0.15 * side, -0.65, 0.09)),
        solid([(-0.1, -0.52), (0.1, -0.52), (0, -0.36)], tone=OTHER),
    ]


@form('animals')
def _spider(rng: Rng) -> list[Piece]:
    lift = rng.uniform(0.5, 0.7)
    legs = [
        line([(0, y), (side * 0.6, y - lift * rise), (side * 1.0, y + 0.35 * fall)], 0.08)
        for side in (-1, 1)
        for y, rise, fall in ((-0.2, 0.9, -0.6), (-0.1, 0.6, 0.2), (0.05, 0.1, 1.2), (0.15, -0.4, 2.4))
    ]
    return [*legs, solid(ellipse(0, 0.25, 0.38, 0.42)), solid(ellipse(0, -0.28, 0.26)), *_eye(0, -0.32, 0.09)]


@form('people')
def _person(rng: Rng) -> list[Piece]:
    arm, foot = rng.uniform(0.35, 0.6), rng.uniform(0.2, 0.35)
    return [
        *(line([(0.1 * side, 0.3), (foot * side, 1.05)], 0.2, OTHER) for side in (-1, 1)),
        *(line([(0.18 * side, -0.35), (arm * side, rng.uniform(-0.5, 0.3))], 0.15) for side in (-1, 1)),
        solid(box(-0.26, -0.48, 0.26, 0.4, round=0.12)),
        solid(ellipse(0, -0.78, 0.25), tone=LIGHT_DETAIL),
    ]


@form('people')
def _face(rng: Rng) -> list[Piece]:
    smile = rng.uniform(20, 60)
    return [
        solid(ellipse(0, 0, 0.95)),
        *(piece for side in (-1, 1) for piece in _eye(0.34 * side, -0.22, 0.16)),
        line(ellipse(0, 0.1, 0.5, 0.45, 90 - smile, 90 + smile), 0.12, DARK_DETAIL),
    ]


@form('people')
def _hand(rng: Rng) -> list[Piece]:
    lengths = rng.uniform(0.9, 1.1, 4) * (0.85, 1, 0.95, 0.75)
    fingers = [
        line([(x * 0.5, 0), (x, -length)], 0.25) for x, length in zip((-0.55, -0.2, 0.15, 0.5), lengths, strict=True)
    ]
    return [*fingers, line([(0.2, 0.5), (0.85, 0.05)], 0.27), solid(box(-0.5, -0.25, 0.45, 0.85, round=0.25))]


@form('people')
def _ghost(rng: Rng) -> list[Piece]:
    number = int(rng.integers(3, 5))
    hem = [(0.8 - 1.6 * i / (2 * number), 0.75 + 0.25 * (i % 2)) for i in range(2 * number + 1)]
    outline = np.concatenate([ellipse(0, -0.2, 0.8, 0.8, 180, 360), curve(hem, closed=False)])
    return [solid(outline), *(solid(ellipse(0.3 * side, -0.2, 0.15, 0.22), tone=DARK_DETAIL) for side in (-1, 1))]


@form('people')
def _snowman(rng: Rng) -> list[Piece]:
    hat = rng.uniform(0.2, 0.3)
    return [
        solid(ellipse(0, 0.6, 0.6)),
        solid(ellipse(0, -0.15, 0.42)),
        solid(ellipse(0, -0.7, 0.3)),
        solid(box(-hat, -1.35, hat, -0.95), tone=OTHER),
        solid(box(-0.42, -0.98, 0.42, -0.88), tone=OTHER),
        *(solid(ellipse(0, y, 0.07), tone=DARK_DETAIL) for y in (-0.25, 0, 0.4)),
        *(solid(ellipse(x, -0.76, 0.06), tone=DARK_DETAIL) for x in (-0.12, 0.12)),
    ]


@form('people')
def _skull(rng: Rng) -> list[Piece]:
    jaw = rng.uniform(0.35, 0.48)
    return [
        solid(ellipse(0, -0.25, 0.8, 0.72)),
        solid(box(-jaw, 0.1, jaw, 0.9, round=0.12)),
        *(solid(ellipse(0.33 * side, -0.15, 0.23), tone=DARK_DETAIL) for side in (-1, 1)),
        solid([(0, 0.1), (0.12, 0.32), (-0.12, 0.32)], tone=DARK_DETAIL),
        *(line([(x, 0.6), (x, 0.85)], 0.06, DARK_DETAIL) for x in (-0.18, 0, 0.18)),
    ]


@form('people')
def _footprint(rng: Rng) -> list[Piece]:
    toes = [(-0.32, -0.72, 0.2), (-0.02, -0.82, 0.14), (0.2, -0.72, 0.13), (0.38, -0.56, 0.12), (0.5, -0.36, 0.1)]
    sole = curve([(-0.35, -0.45), (0.25, -0.4), (0.4, -0.05), (0.15, 0.4), (0.25, 0.85), (-0.2, 0.95), (-0.15, 0.35)])
    return [solid(sole), *(solid(ellipse(*toe)) for toe in toes), hole(ellipse(-0.45, 0.25, rng.uniform(0.18, 0.26)))]


@form('people')
def _crown(rng: Rng) -> list[Piece]:
    high = rng.uniform(-0.75, -0.5)
    return [
        solid(mirrored([(0, high), (0.38, 0.05), (0.95, high + 0.15), (0.75, 0.6)])),
        solid(box(-0.75, 0.4, 0.75, 0.62), tone=OTHER),
        *(solid(ellipse(x, y, 0.12), tone=OTHER) for x, y in ((0, high), (-0.95, high + 0.15), (0.95, high + 0.15))),
    ]

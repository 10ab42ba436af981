"""Things that grow: plants, fruit, and what is made of them to eat."""

from __future__ import annotations

import numpy as np

from ..dice import Rng
from .pieces import DARK_DETAIL, LIGHT_DETAIL, OTHER, Piece, box, curve, ellipse, line, mirrored, moved, rotated, solid
from .table import form


@form('plants')
def _tree(rng: Rng) -> list[Piece]:
    half = rng.uniform(0.1, 0.18)
    puffs = [(0, -0.75, 0.45), (-0.45, -0.3, 0.45), (0.45, -0.3, 0.45), (0, -0.15, 0.5)]
    crown = [solid(ellipse(x + rng.normal(0, 0.05), y, size * rng.uniform(0.9, 1.1))) for x, y, size in puffs]
    return [solid([(-half, 0), (half, 0), (half * 1.6, 1), (-half * 1.6, 1)], tone=OTHER), *crown]


@form('plants')
def _pine(rng: Rng) -> list[Piece]:
    wide = rng.uniform(0.6, 0.8)
    layers = [mirrored([(0, top), (wide * size, top + 0.75)]) for top, size in ((0, 1), (-0.45, 0.8), (-0.9, 0.6))]
    return [solid(box(-0.12, 0.6, 0.12, 1.05), tone=OTHER), *(solid(layer) for layer in layers)]


@form('plants')
def _palm(rng: Rng) -> list[Piece]:
    lean = rng.uniform(-0.3, 0.3)
    top = np.array([lean, -0.4])
    leaf = np.array([(0, 0), (0.45, -0.28), (0.95, 0.2), (0.45, -0.05)])
    angles = np.array([-75, -35, 0, 25]) + rng.normal(0, 5, 4)
    leaves = [rotated(leaf, angle) for angle in angles]
    trunk = curve([(0, 1.1), (lean * 0.3, 0.3), top], closed=False)
    return [line(trunk, 0.17, OTHER), *(solid(top + points * (side, 1)) for points in leaves for side in (-1, 1))]


@form('plants')
def _cactus(rng: Rng) -> list[Piece]:
    left, right = rng.uniform(-0.2, 0.2, 2)
    return [
        line([(0, -0.75), (0, 0.6)], 0.42),
        line([(0, left + 0.3), (-0.6, left + 0.3), (-0.6, left - 0.2)], 0.26),
        line([(0, right + 0.1), (0.6, right + 0.1), (0.6, right - 0.45)], 0.26),
        solid([(-0.5, 0.5), (0.5, 0.5), (0.36, 1.05), (-0.36, 1.05)], tone=OTHER),
    ]


@form('plants')
def _flower(rng: Rng) -> list[Piece]:
    number = int(rng.integers(5, 9))
    petal = ellipse(0, -0.42, rng.uniform(0.17, 0.24), 0.3)
    petals = [moved(rotated(petal, 360 * turn / number), 0, -0.35) for turn in range(number)]
    leaf = curve([(0, 0.8), (0.35, 0.4), (0.65, 0.4), (0.4, 0.75)])
    return [
        line([(0, -0.3), (0, 1.1)], 0.1, DARK_DETAIL),
        solid(leaf, tone=DARK_DETAIL),
        *(solid(petal) for petal in petals),
        solid(ellipse(0, -0.35, 0.23), tone=LIGHT_DETAIL),
    ]


@form('plants')
def _tulip(rng: Rng) -> list[Piece]:
    cup = rng.uniform(0.4, 0.5)
    bloom = mirrored([(0, -0.95), (cup * 0.35, -0.65), (cup, -1), (cup * 1.05, -0.5), (cup * 0.8, -0.1), (0.1, 0.08)])
    leaf = np.array([(0, 0.95), (0.22, 0.4), (0.5, -0.05), (0.45, 0.5)])
    return [
        line([(0, 0), (0, 1.05)], 0.1, OTHER),
        solid(curve(leaf), tone=OTHER),
        solid(curve(leaf * (-1, 1)), tone=OTHER),
        solid(bloom),
    ]


@form('plants')
def _leaf(rng: Rng) -> list[Piece]:
    wide = rng.uniform(0.45, 0.65)
    blade = curve([(0, -1), (wide * 0.7, -0.5), (wide, 0.05), (wide * 0.6, 0.5), (0, 0.75)], closed=False)
    veins = [line([(0, y), (side * wide * 0.6, y - 0.25)], 0.05, OTHER) for side in (-1, 1) for y in (-0.3, 0.05, 0.4)]
    return [
        line([(0, 0.6), (0.05, 1.1)], 0.09, OTHER),
        solid(mirrored(blade)),
        line([(0, -0.8), (0, 0.7)], 0.06, OTHER),
        *veins,
    ]


@form('plants')
def _mushroom(rng: Rng) -> list[Piece]:
    cap, stem = rng.uniform(0.75, 0.95), rng.uniform(0.2, 0.3)
    spots = [(-0.42, -0.25, 0.13), (0.05, -0.5, 0.16), (0.45, -0.22, 0.12), (0.1, -0.12, 0.1)]
    return [
        solid(curve([(-stem, 0), (stem, 0), (stem * 1.3, 0.9), (-stem * 1.3, 0.9)]), tone=LIGHT_DETAIL),
        solid(np.concatenate([ellipse(0, 0.05, 0.95, cap, 180, 360), [(0.85, 0.18), (-0.85, 0.18)]])),
        *(solid(ellipse(*spot), tone=OTHER) for spot in spots),
    ]


@form('plants')
def _sprout(rng: Rng) -> list[Piece]:
    leaf = curve([(0, 0.1), (0.15, -0.45), (0.75, -0.75 + rng.uniform(-0.15, 0.15)), (0.6, -0.1)])
    return [line([(0, 0), (0.03, 1)], 0.12, OTHER), solid(leaf), solid(leaf * (-1, 1))]


@form('food')
def _apple(rng: Rng) -> list[Piece]:
    side = curve([(0, -0.45), (0.45, -0.65), (0.88, -0.2), (0.7, 0.55), (0.3, 0.85), (0, 0.72)], closed=False)
    return [
        line([(0, -0.4), (0.1, -0.95)], 0.09, DARK_DETAIL),
        solid(curve([(0.1, -0.7), (0.4, -1.0), (0.7, -0.95), (0.4, -0.7)]), tone=OTHER),
        solid(mirrored(side) * (1, rng.uniform(0.9, 1.05))),
        line(ellipse(-0.05, 0, 0.6, 0.6, 170, 230), 0.09, LIGHT_DETAIL),
    ]


@form('food')
def _pear(rng: Rng) -> list[Piece]:
    neck = rng.uniform(0.22, 0.32)
    side = curve([(0, -0.8), (neck, -0.6), (neck * 1.2, -0.2), (0.65, 0.4), (0.4, 0.85), (0, 0.9)], closed=False)
    return [line([(0, -0.7), (0.1, -1.15)], 0.09, DARK_DETAIL), solid(mirrored(side))]


@form('food')
def _cherries(rng: Rng) -> list[Piece]:
    low = rng.uniform(0.45, 0.65)
    ends = [(-0.5, low), (0.5, 0.5)]
    return [
        *(line(curve([(0.15, -0.95), (x * 0.6, -0.3), (x, y)], closed=False), 0.08, DARK_DETAIL) for x, y in ends),
        solid(curve([(0.15, -0.95), (0.55, -1.1), (0.9, -0.75), (0.5, -0.7)]), tone=OTHER),
        *(solid(ellipse(x, y, 0.38)) for x, y in ends),
        *(solid(ellipse(x - 0.12, y - 0.12, 0.09), tone=LIGHT_DETAIL) for x, y in ends),
    ]


@form('food')
def _banana(rng: Rng) -> list[Piece]:
    depth = rng.uniform(0.35, 0.5)
    outer = ellipse(0, -0.3, 1, 0.95, 5, 175)
    inner = ellipse(0, -0.35, 0.85, depth, 175, 5)
    return [
        solid(np.concatenate([outer, inner])),
        solid(box(0.86, -0.55, 1.02, -0.2), tone=DARK_DETAIL),
        solid(ellipse(-0.94, -0.24, 0.09), tone=DARK_DETAIL),
    ]


@form('food')
def _carrot(rng: Rng) -> list[Piece]:
    wide = rng.uniform(0.28, 0.38)
    tuft = [curve([(0, -0.4), (x - 0.12, -0.8), (x * 1.6, -1.1), (x + 0.12, -0.8)]) for x in (-0.3, 0, 0.3)]
    rings = [line([(-wide * 0.7 + 0.2 * (y + 0.2), y), (0, y + 0.04)], 0.05, DARK_DETAIL) for y in (-0.2, 0.1, 0.4)]
    body = mirrored(curve([(0, -0.5), (wide, -0.35), (wide * 0.75, 0.2), (0.03, 1)], closed=False))
    return [*(solid(leaf, tone=OTHER) for leaf in tuft), solid(body), *rings]


@form('food')
def _grapes(rng: Rng) -> list[Piece]:
    places = [(x - (row - 1) / 2, 0.8 - 0.42 * row) for row in range(1, 5) for x in range(row)]
    return [
        line([(0, -0.9), (0.1, -1.4)], 0.1, DARK_DETAIL),
        solid(curve([(0.05, -1.1), (0.5, -1.5), (0.95, -1.2), (0.5, -0.95)]), tone=OTHER),
        *(solid(ellipse(0.5 * x + rng.normal(0, 0.02), y, 0.3)) for x, y in places),
        *(solid(ellipse(0.5 * x - 0.08, y - 0.08, 0.07), tone=LIGHT_DETAIL) for x, y in places),
    ]


@form('food')
def _ice_cream(rng: Rng) -> list[Piece]:
    wide = rng.uniform(0.42, 0.52)
    return [
        solid([(-wide, -0.1), (wide, -0.1), (0, 1.1)], tone=OTHER),
        solid(ellipse(0, -0.35, wide * 1.1, 0.45)),
        solid(ellipse(0, -0.78, wide * 0.75, 0.36), tone=LIGHT_DETAIL),
        solid(ellipse(0.05, -1.12, 0.12), tone=DARK_DETAIL),
    ]


@form('food')
def _cupcake(rng: Rng) -> list[Piece]:
    top = rng.uniform(-0.9, -0.7)
    ribs = [line([(x, 0.2), (x * 0.8, 0.9)], 0.05, DARK_DETAIL) for x in (-0.35, 0, 0.35)]
    return [
        solid([(-0.7, 0.1), (0.7, 0.1), (0.5, 0.95), (-0.5, 0.95)], tone=OTHER),
        *ribs,
        solid(ellipse(0, -0.05, 0.85, 0.32)),
        solid(ellipse(0, -0.38, 0.6, 0.3)),
        solid(ellipse(0, top + 0.15, 0.3, 0.25)),
        solid(ellipse(0, top - 0.1, 0.14), tone=LIGHT_DETAIL),
    ]


@form('food')
def _pizza(rng: Rng) -> list[Piece]:
    spots = [(-0.25, -0.25), (0.3, -0.2), (0.0, 0.25), (0.03, -0.5)]
    return [
        solid([(-0.75, -0.6), (0.75, -0.6), (0, 1)]),
        line([(-0.75, -0.65), (0, -0.78), (0.75, -0.65)], 0.24, OTHER),
        *(solid(ellipse(x + rng.normal(0, 0.03), y, 0.13), tone=DARK_DETAIL) for x, y in spots),
    ]


@form('food')
def _watermelon(rng: Rng) -> list[Piece]:
    seeds = [(-0.5, 0.1), (-0.2, 0.35), (0.15, 0.12), (0.45, 0.25), (0.1, 0.55)]
    return [
        solid(ellipse(0, -0.2, 1, rng.uniform(0.9, 1.1), 0, 180), tone=OTHER),
        solid(ellipse(0, -0.2, 0.85, 0.82, 0, 180)),
        *(solid(ellipse(x, y, 0.06, 0.09), tone=DARK_DETAIL) for x, y in seeds),
    ]


@form('food')
def _lollipop(rng: Rng) -> list[Piece]:
    t = np.linspace(0, 1, 60)
    angle = 2 * np.pi * rng.uniform(2, 2.6) * t
    swirl = (0.55 * t)[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1) + (0, -0.4)
    return [line([(0, 0), (0, 1.2)], 0.12, LIGHT_DETAIL), solid(ellipse(0, -0.4, 0.65)), line(swirl, 0.13, OTHER)]

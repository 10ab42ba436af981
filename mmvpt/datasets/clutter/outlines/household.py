"""Things of a household: vessels, furniture, clothes and what lights a room."""

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
    ngon,
    polar,
    solid,
)
from .table import form


@form('vessels')
def _cup(rng: Rng) -> list[Piece]:
    top, taper = rng.uniform(-0.7, -0.5), rng.uniform(0.4, 0.6)
    return [
        line(ellipse(0.55, 0.05, 0.38, 0.36, -100, 100), 0.15, OTHER),
        solid(box(-0.65, top, 0.65, 0.1)),
        solid(mirrored(curve([(0, 0), (0.65, 0), (taper, 0.65), (0, 0.75)], closed=False))),
        solid(ellipse(0, top, 0.65, 0.15), tone=DARK_DETAIL),
    ]


@form('vessels')
def _teapot(rng: Rng) -> list[Piece]:
    high = rng.uniform(0.5, 0.62)
    return [
        line(ellipse(0.65, 0.1, 0.4, 0.38, -100, 100), 0.14, OTHER),
        solid([(-0.5, 0.35), (-1.15, -0.45), (-0.98, -0.5), (-0.4, -0.1)], tone=OTHER),
        solid(ellipse(0, 0.15, 0.75, high)),
        solid(ellipse(0, -high + 0.2, 0.42, 0.14), tone=OTHER),
        solid(ellipse(0, -high + 0.02, 0.12), tone=DARK_DETAIL),
    ]


@form('vessels')
def _bottle(rng: Rng) -> list[Piece]:
    neck, wide, shoulder = rng.uniform(0.1, 0.16), rng.uniform(0.32, 0.45), rng.uniform(-0.3, 0.0)
    side = [(neck, -1.1), (neck, shoulder - 0.25), (wide, shoulder + 0.05), (wide, 1.05)]
    return [
        solid(mirrored(side)),
        solid(box(-neck - 0.04, -1.15, neck + 0.04, -0.95), tone=DARK_DETAIL),
        solid(box(-wide, 0.25, wide, 0.75), tone=LIGHT_DETAIL),
    ]


@form('vessels')
def _wine_glass(rng: Rng) -> list[Piece]:
    wide = rng.uniform(0.45, 0.58)
    bowl = mirrored(curve([(wide * 0.85, -1), (wide, -0.55), (0.25, -0.08), (0, 0)], closed=False))
    wine = mirrored(curve([(wide * 0.93, -0.6), (0.3, -0.15), (0, -0.06)], closed=False))
    return [
        solid(bowl),
        solid(wine, tone=OTHER),
        line([(0, -0.05), (0, 0.9)], 0.1),
        solid(ellipse(0, 0.95, 0.45, 0.1)),
    ]


@form('vessels')
def _vase(rng: Rng) -> list[Piece]:
    belly, neck = rng.uniform(0.55, 0.7), rng.uniform(0.18, 0.28)
    side = curve([(neck + 0.15, -1), (neck, -0.65), (belly, 0.0), (0.35, 0.8), (0.4, 1)], closed=False)
    return [solid(mirrored(side)), line([(-belly * 0.85, 0), (belly * 0.85, 0)], 0.16, OTHER)]


@form('vessels')
def _bowl(rng: Rng) -> list[Piece]:
    return [
        solid(ellipse(0, -0.3, 1, rng.uniform(0.85, 1), 0, 180)),
        solid(box(-0.35, 0.5, 0.35, 0.68), tone=OTHER),
        solid(ellipse(0, -0.3, 1, 0.16), tone=DARK_DETAIL),
    ]


@form('vessels')
def _basket(rng: Rng) -> list[Piece]:
    return [
        line(ellipse(0, -0.05, 0.7, rng.uniform(0.75, 0.95), 180, 360), 0.13, OTHER),
        solid([(-0.95, -0.1), (0.95, -0.1), (0.7, 0.8), (-0.7, 0.8)]),
        *(
            line([(-0.9 + 0.06 * i, y), (0.9 - 0.06 * i, y)], 0.06, DARK_DETAIL)
            for i, y in enumerate((0.15, 0.4, 0.62))
        ),
        line([(-0.95, -0.1), (0.95, -0.1)], 0.15, OTHER),
    ]


@form('vessels')
def _bucket(rng: Rng) -> list[Piece]:
    base = rng.uniform(0.5, 0.62)
    return [
        line(ellipse(0, -0.35, 0.72, 0.7, 180, 360), 0.08, DARK_DETAIL),
        solid([(-0.8, -0.35), (0.8, -0.35), (base, 0.9), (-base, 0.9)]),
        solid(ellipse(0, -0.35, 0.8, 0.16), tone=DARK_DETAIL),
        line([(-0.68, 0.25), (0.68, 0.25)], 0.1, OTHER),
    ]


@form('furniture')
def _chair(rng: Rng) -> list[Piece]:
    back = rng.uniform(-1.05, -0.85)
    return [
        *(line([(x, 0.1), (x, 1)], 0.13) for x in (-0.5, 0.5)),
        line([(-0.5, back), (-0.5, 0.2)], 0.15),
        line([(-0.5, back + 0.15), (-0.5, -0.15)], 0.24, OTHER),
        solid(box(-0.58, 0.02, 0.62, 0.22, round=0.06), tone=OTHER),
        line([(-0.5, 0.65), (0.5, 0.65)], 0.08),
    ]


@form('furniture')
def _table(rng: Rng) -> list[Piece]:
    inset = rng.uniform(0.68, 0.85)
    return [
        *(solid(box(x - 0.09, -0.2, x + 0.09, 0.75)) for x in (-inset, inset)),
        solid(box(-1.05, -0.4, 1.05, -0.18), tone=OTHER),
        solid(box(-inset, -0.18, inset, 0.02)),
    ]


@form('furniture')
def _bed(rng: Rng) -> list[Piece]:
    head = rng.uniform(-0.75, -0.55)
    return [
        solid(box(-1.1, head, -0.95, 0.6), tone=DARK_DETAIL),
        solid(box(0.95, -0.1, 1.1, 0.6), tone=DARK_DETAIL),
        solid(box(-1, 0.0, 1, 0.42), tone=OTHER),
        solid(box(-0.45, -0.18, 0.98, 0.2, round=0.12)),
        solid(box(-0.92, -0.2, -0.42, 0.05, round=0.1), tone=LIGHT_DETAIL),
    ]


@form('furniture')
def _floor_lamp(rng: Rng) -> list[Piece]:
    top = rng.uniform(0.2, 0.32)
    return [
        line([(0, -0.4), (0, 0.95)], 0.1, DARK_DETAIL),
        solid(ellipse(0, 1, 0.42, 0.12), tone=DARK_DETAIL),
        solid([(-top, -1.05), (top, -1.05), (0.62, -0.3), (-0.62, -0.3)]),
    ]


@form('furniture')
def _bulb(rng: Rng) -> list[Piece]:
    side = curve([(0, -1), (0.6, -0.75), (0.68, -0.2), (0.3, 0.3), (0.25, 0.55)], closed=False)
    return [
        solid(mirrored(side) * (rng.uniform(0.9, 1.05), 1)),
        solid(box(-0.26, 0.5, 0.26, 0.95, round=0.08), tone=DARK_DETAIL),
        line([(-0.2, 0.4), (-0.15, -0.15), (0, 0.05), (0.15, -0.15), (0.2, 0.4)], 0.06, OTHER),
    ]


@form('furniture')
def _candle(rng: Rng) -> list[Piece]:
    half, top = rng.uniform(0.2, 0.3), rng.uniform(-0.35, -0.1)
    flame = mirrored(curve([(0, top - 0.85), (0.16, top - 0.42), (0.1, top - 0.2), (0, top - 0.15)], closed=False))
    return [
        solid(flame, tone=LIGHT_DETAIL),
        line([(0, top - 0.15), (0, top)], 0.05, DARK_DETAIL),
        solid(box(-half, top, half, 0.85)),
        solid(ellipse(0, 0.88, 0.6, 0.14), tone=OTHER),
    ]


@form('furniture')
def _clock(rng: Rng) -> list[Piece]:
    hour, minute = rng.uniform(0, 2 * np.pi, 2)
    hands = [(0.42 * np.sin(hour), -0.42 * np.cos(hour)), (0.62 * np.sin(minute), -0.62 * np.cos(minute))]
    ticks = [line([0.6 * point, 0.7 * point], 0.06, DARK_DETAIL) for point in ngon(12)]
    return [
        solid(ellipse(0, 0, 1)),
        solid(ellipse(0, 0, 0.8), tone=LIGHT_DETAIL),
        *ticks,
        *(line([(0, 0), hand], width, DARK_DETAIL) for hand, width in zip(hands, (0.13, 0.08), strict=True)),
    ]


@form('furniture')
def _television(rng: Rng) -> list[Piece]:
    return [
        *(line([(0, -0.5), (x, -1.05)], 0.06, DARK_DETAIL) for x in (-0.4, 0.4)),
        solid(box(-1, -0.6, 1, 0.7, round=0.15)),
        solid(box(-0.82, -0.44, rng.uniform(0.4, 0.55), 0.54, round=0.14), tone=LIGHT_DETAIL),
        *(solid(ellipse(0.76, y, 0.1), tone=DARK_DETAIL) for y in (-0.3, 0.0)),
        *(line([(x, 0.7), (x * 1.15, 0.92)], 0.1, DARK_DETAIL) for x in (-0.6, 0.6)),
    ]


@form('clothes')
def _shirt(rng: Rng) -> list[Piece]:
    sleeve = rng.uniform(-0.1, 0.2)
    side = [(0.22, -0.75), (0.5, -0.72), (1.05, sleeve), (0.78, sleeve + 0.2), (0.52, -0.2), (0.52, 0.85)]
    return [solid(mirrored(side)), hole(ellipse(0, -0.82, 0.24, 0.2)), line([(0, -0.5), (0, 0.85)], 0.05, OTHER)]


@form('clothes')
def _trousers(rng: Rng) -> list[Piece]:
    foot = rng.uniform(0.45, 0.65)
    side = [(0.45, -0.9), (foot + 0.05, 1), (foot - 0.33, 1), (0.0, -0.25)]
    return [solid(mirrored(side)), solid(box(-0.46, -0.95, 0.46, -0.78), tone=OTHER)]


@form('clothes')
def _dress(rng: Rng) -> list[Piece]:
    hem = rng.uniform(0.65, 0.85)
    side = [(0.12, -0.65), (0.2, -1), (0.32, -1), (0.3, -0.6), (0.24, -0.15), (hem, 1)]
    return [solid(mirrored(side)), line([(-0.24, -0.15), (0.24, -0.15)], 0.13, OTHER)]


@form('clothes')
def _hat(rng: Rng) -> list[Piece]:
    crown = rng.uniform(0.45, 0.6)
    return [
        solid(mirrored(curve([(0, -0.62), (crown * 0.8, -0.65), (crown, 0.3)], closed=False))),
        solid(ellipse(0, 0.35, 1.05, 0.22)),
        solid([(-crown, 0.02), (crown, 0.02), (crown, 0.25), (-crown, 0.25)], tone=OTHER),
    ]


@form('clothes')
def _boot(rng: Rng) -> list[Piece]:
    top = rng.uniform(-1, -0.75)
    return [
        solid(curve([(-0.55, 0.65), (-0.5, 0), (0.1, -0.05), (0.8, 0.35), (0.85, 0.65)], steps=5)),
        solid([(-0.6, top), (0.15, top), (0.12, 0.3), (-0.55, 0.5)]),
        solid(box(-0.65, 0.6, 0.92, 0.82), tone=DARK_DETAIL),
        solid(box(-0.66, top - 0.05, 0.2, top + 0.15), tone=OTHER),
    ]


@form('clothes')
def _spectacles(rng: Rng) -> list[Piece]:
    size = rng.uniform(0.36, 0.42)
    rims = [line(ellipse(0.52 * side, 0, size), 0.11, closed=True) for side in (-1, 1)]
    temples = [line([(0.9 * side, -0.05), (1.15 * side, -0.25)], 0.09) for side in (-1, 1)]
    return [*rims, *temples, line(ellipse(0, 0.02, 0.16, 0.12, 180, 360), 0.09)]


@form('clothes')
def _umbrella(rng: Rng) -> list[Piece]:
    lobes = [(0.95 - 1.9 * i / 8, -0.05 - 0.14 * (i % 2)) for i in range(9)]
    dome = np.concatenate([ellipse(0, -0.05, 0.95, rng.uniform(0.75, 0.95), 180, 360), curve(lobes, closed=False)])
    return [
        line([(0, -1), (0, 0.75)], 0.08, DARK_DETAIL),
        line(ellipse(0.16, 0.75, 0.16, 0.2, 0, 180), 0.09, DARK_DETAIL),
        solid(dome),
        solid(mirrored(curve([(0, -0.9), (0.28, -0.5), (0.3, -0.12)], closed=False)), tone=OTHER),
    ]


@form('clothes')
def _button(rng: Rng) -> list[Piece]:
    number = int(rng.choice([2, 4]))
    holes = 0.26 * polar(np.ones(number), start=45)
    return [
        solid(ellipse()),
        line(ellipse(0, 0, 0.78), 0.08, OTHER, closed=True),
        *(hole(ellipse(x, y, 0.13)) for x, y in holes),
    ]

"""What pictures show, by chance, within what is asked for."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .clutter import Camera, Clutter, Cover, Light, Palette, Rgb, Scrap, Thing
from .outlines import ALL_FORMS, NUM_VARIANTS
from .outlines.pieces import Rng
from .textures import ALL_TEXTURES, NUM_FIELDS

#: The least and the most of something.
Limits = tuple[float, float]
#: How often a place for a thing is looked for that hides no other too much.
TRIES = 12


@dataclass(frozen=True)
class Ranges:
    """What pictures are drawn from: leave out a form or a texture, and none has it.

    Args:
        forms: Names of forms.
        textures: Names of textures of things.
        backgrounds: Names of textures behind them.
        count: How many things.
        size: Half of the longer side of a thing, a share of the side of the picture.
        rotation: Degrees, clockwise.
        squeeze: How narrow things may be.
        overlap: How near two things may be, a share of the sum of their sizes; 0 for anywhere.
        scraps: How many fragments are behind the things.
        relief: Shading of edges.
        shadow: Darkness of shadows.
        blur: Of the camera, a share of the side.
        noise: Of the camera, of 255.
        cast: How far colours may be off, a share.
        vignette: How much darker corners are.
        contrast: How far the lightness of a thing is from that of the background, a share.
    """

    forms: Sequence[str] = tuple(ALL_FORMS)
    textures: Sequence[str] = tuple(ALL_TEXTURES)
    backgrounds: Sequence[str] = tuple(ALL_TEXTURES)
    count: tuple[int, int] = (1, 5)
    size: Limits = (0.1, 0.32)
    rotation: Limits = (-180.0, 180.0)
    squeeze: Limits = (0.7, 1.0)
    overlap: float = 0.55
    scraps: tuple[int, int] = (0, 12)
    relief: Limits = (0.0, 1.0)
    shadow: Limits = (0.0, 0.6)
    blur: Limits = (0.0, 0.01)
    noise: Limits = (0.0, 12.0)
    cast: float = 0.15
    vignette: Limits = (0.0, 0.35)
    contrast: Limits = (0.15, 0.7)


def draw_clutter(rng: Rng, ranges: Ranges) -> Clutter:
    """Choose what a picture shows."""
    background = _cover(rng, ranges.backgrounds, lightness := float(rng.uniform(0.1, 0.9)), spread=0.25)
    things: list[Thing] = []
    for _ in range(int(rng.integers(ranges.count[0], ranges.count[1], endpoint=True))):
        things.append(_thing(rng, ranges, things, lightness))
    scraps = tuple(_scrap(rng) for _ in range(int(rng.integers(ranges.scraps[0], ranges.scraps[1], endpoint=True))))
    light = Light(
        angle=float(rng.uniform(0, 360)),
        relief=_within(rng, ranges.relief),
        shadow=_within(rng, ranges.shadow),
        reach=float(rng.uniform(0.02, 0.06)),
    )
    red, green, blue = rng.uniform(1 - ranges.cast, 1 + ranges.cast, 3).tolist()
    camera = Camera(
        blur=_within(rng, ranges.blur),
        noise=_within(rng, ranges.noise),
        cast=(red, green, blue),
        vignette=_within(rng, ranges.vignette),
        grain=int(rng.integers(2**16)),
    )
    return Clutter(background, scraps, tuple(things), light, camera)


def _within(rng: Rng, limits: Limits) -> float:
    return float(rng.uniform(*limits))


def _pick(rng: Rng, names: Sequence[str]) -> str:
    return names[int(rng.integers(len(names)))]


def _colour(rng: Rng, lightness: float, hue: float | None = None) -> Rgb:
    """A colour of a lightness, a share."""
    hue = float(rng.random()) if hue is None else hue
    red, green, blue = colorsys.hls_to_rgb(hue % 1, min(max(lightness, 0.04), 0.96), float(rng.beta(2, 1.6)))
    return (255 * red, 255 * green, 255 * blue)


def _palette(rng: Rng, lightness: float, spread: float) -> Palette:
    """Two to four colours around a lightness, of hues that are mostly near each other."""
    hue, number = float(rng.random()), int(rng.integers(2, 5))
    apart = 0.06 if rng.random() < 0.6 else 0.4
    lights = lightness + spread * np.linspace(-1, 1, number)[:: rng.choice((-1, 1))]
    return tuple(_colour(rng, float(light), hue + float(rng.normal(0, apart))) for light in lights)


def _cover(rng: Rng, textures: Sequence[str], lightness: float, spread: float) -> Cover:
    return Cover(
        texture=_pick(rng, textures),
        variant=int(rng.integers(NUM_FIELDS)),
        left=float(rng.random()),
        top=float(rng.random()),
        palette=_palette(rng, lightness, float(rng.uniform(0.3, 1)) * spread),
    )


def _thing(rng: Rng, ranges: Ranges, others: Sequence[Thing], behind: float) -> Thing:
    """A thing in front of others, of another lightness than the background, at a place that hides none of them."""
    form = _pick(rng, ranges.forms)
    size = _within(rng, ranges.size)
    x, y = _place(rng, size, others, ranges.overlap)
    away = _within(rng, ranges.contrast)
    up = behind < 0.5 if abs(behind - 0.5) > 0.35 else bool(rng.random() < 0.5)
    lightness = min(max(behind + (away if up else -away), 0.08), 0.92)
    second = _colour(rng, float(rng.uniform(0.25, 0.75)))
    dark, light = _colour(rng, float(rng.uniform(0.04, 0.2))), _colour(rng, float(rng.uniform(0.8, 0.96)))
    return Thing(
        form=form,
        variant=int(rng.integers(NUM_VARIANTS)),
        x=x,
        y=y,
        size=size,
        rotation=_within(rng, ranges.rotation),
        squeeze=_within(rng, ranges.squeeze),
        mirrored=bool(not ALL_FORMS[form].chiral and rng.random() < 0.5),
        cover=_cover(rng, ranges.textures, lightness, spread=0.18),
        details=(second, dark, light),
    )


def _place(rng: Rng, size: float, others: Sequence[Thing], overlap: float) -> tuple[float, float]:
    """The first of some places that is far enough from the others, or the last."""
    margin = min(0.75 * size, 0.45)
    for _ in range(TRIES):
        x, y = rng.uniform(margin, 1 - margin, 2).tolist()
        if all(np.hypot(x - one.x, y - one.y) >= overlap * (size + one.size) for one in others):
            break
    return x, y


def _scrap(rng: Rng) -> Scrap:
    """A line, a triangle or a quadrangle."""
    number, centre = int(rng.integers(2, 5)), rng.random(2)
    reach = float(rng.uniform(0.03, 0.12))
    turns = np.sort(rng.uniform(0, 2 * np.pi, number))
    points = centre + reach * np.stack([np.cos(turns), np.sin(turns)], 1)
    corners = tuple((float(x), float(y)) for x, y in points)
    return Scrap(corners, _colour(rng, float(rng.uniform(0.1, 0.9))), width=float(rng.uniform(0.006, 0.02)))

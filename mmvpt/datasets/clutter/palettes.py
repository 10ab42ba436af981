"""Palettes: a few colours that go together, drawn by scheme."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from .dice import Dice

Rgb = tuple[float, float, float]  # in 0..1


@dataclass(frozen=True)
class Scheme:
    """The range of colours of a palette, in hue, saturation and value.

    Attributes:
        hues: Turns of the colour circle, in 0..1; a range may pass 1.
        saturation: Range of the saturation.
        value: Range of the value.
        spread: How far the hues of one palette lie from each other, at most.
    """

    hues: tuple[float, float] = (0, 1)
    saturation: tuple[float, float] = (0.6, 1)
    value: tuple[float, float] = (0.55, 1)
    spread: float = 0.06


#: All schemes by name.
SCHEMES: dict[str, Scheme] = {
    'vivid': Scheme(),
    'party': Scheme(spread=0.5),
    'pastel': Scheme(saturation=(0.15, 0.45), value=(0.8, 1), spread=0.15),
    'earth': Scheme(hues=(0.03, 0.13), saturation=(0.3, 0.75), value=(0.25, 0.8), spread=0.03),
    'forest': Scheme(hues=(0.18, 0.42), saturation=(0.3, 0.8), value=(0.2, 0.75)),
    'sea': Scheme(hues=(0.46, 0.66), saturation=(0.35, 0.9), value=(0.3, 0.95)),
    'fire': Scheme(hues=(0.95, 1.15), saturation=(0.75, 1), value=(0.6, 1), spread=0.07),
    'dusk': Scheme(hues=(0.65, 0.95), saturation=(0.3, 0.8), value=(0.25, 0.8), spread=0.12),
    'grey': Scheme(saturation=(0, 0.08), value=(0.1, 0.95), spread=0.5),
    'night': Scheme(saturation=(0.3, 0.9), value=(0.08, 0.35), spread=0.1),
}


def draw_palette(dice: Dice, scheme: Scheme, contrast: float) -> tuple[Rgb, ...]:
    """Draw two to four colours, of which the first and the last differ by ``contrast`` in value."""
    hue, saturation, value = dice.between(*scheme.hues), dice.between(*scheme.saturation), dice.between(*scheme.value)
    other = _clip(value - contrast if value > 0.55 else value + contrast)
    grey = saturation < 0.1
    colours = [colorsys.hsv_to_rgb(hue % 1, saturation, value)]
    last = 1 + dice.index(3)
    for step in range(1, last + 1):
        turned = hue + scheme.spread * (2 * dice.number() - 1)
        fuller = saturation if grey else _clip(saturation + 0.3 * dice.number() - 0.15)
        between = other if step == last else value + (other - value) * dice.number()
        colours.append(colorsys.hsv_to_rgb(turned % 1, fuller, between))
    return tuple(colours)


def _clip(number: float) -> float:
    return 0.03 if number < 0.03 else 1.0 if number > 1 else number


def mean_colour(palette: tuple[Rgb, ...]) -> Rgb:
    """Return the mean of some colours."""
    red = green = blue = 0.0
    for colour in palette:
        red, green, blue = red + colour[0], green + colour[1], blue + colour[2]
    return red / len(palette), green / len(palette), blue / len(palette)


def colour_distance(first: Rgb, second: Rgb) -> float:
    """Return how different two colours look, 1 between black and white; lightness counts most."""
    red, green, blue = first[0] - second[0], first[1] - second[1], first[2] - second[2]
    light = 0.3 * red + 0.6 * green + 0.1 * blue
    return (light**2 + 0.25 * ((red - light) ** 2 + (blue - light) ** 2)) ** 0.5


_RAMPS = {}
for _number in range(1, 5):
    _place = np.linspace(0, _number - 1, 256)[:, None]
    _RAMPS[_number] = np.maximum(0, 1 - np.abs(_place - np.arange(_number))).astype(np.float32)


def make_ramp(palette: tuple[Rgb, ...]) -> np.ndarray:
    """Return a colour for each value of a texture, (256, 3), uint8."""
    return (_RAMPS[len(palette)] @ np.array(palette, np.float32) * 255 + 0.5).astype(np.uint8)

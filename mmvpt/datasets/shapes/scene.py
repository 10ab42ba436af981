"""Scenes: shapes on a background, drawn from a seeded generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .forms import FORMS
from .materials import MATERIALS

Colour = tuple[float, float, float]  # red, green, blue in 0..1

LUMINANCE = np.array([0.3, 0.6, 0.1])
DARK = 0.35  # no channel of the ground is brighter
CONTRAST = 0.15  # in luminance, between the background and everything on it
DISTANCE = 0.5  # between the two colours of a material, channels summed


@dataclass(frozen=True)
class Surface:
    """A material in two colours; lengths in pixels, angles in radians."""

    material: str
    colours: tuple[Colour, Colour]
    period: float
    angle: float
    phase: float


@dataclass(frozen=True)
class Shape:
    """One object: its form, its surface, and its place."""

    form: str
    surface: Surface
    centre: tuple[float, float]  # x, y
    radius: float
    angle: float


@dataclass(frozen=True)
class Stroke:
    """A curved line across the picture that belongs to no class."""

    points: tuple[tuple[float, float], ...]
    colour: Colour
    width: float


@dataclass(frozen=True)
class Mist:
    """Mist: a layer of light over the whole image."""

    colour: Colour
    density: float  # the share of the light that comes from the mist


@dataclass(frozen=True)
class Scene:
    """Everything in one image; later shapes cover earlier ones, strokes cover shapes, and mist covers everything."""

    size: int
    ground: Colour
    shapes: tuple[Shape, ...]
    strokes: tuple[Stroke, ...]
    mist: Mist
    grain: float
    grain_seed: int


@dataclass(frozen=True)
class Style:
    """The ranges from which scenes are drawn; lengths are shares of the side of the image."""

    num_shapes: tuple[int, int]
    radius: tuple[float, float]
    margin: float  # how far centres stay away from the border
    tilt: float  # at most so much out of the upright, in radians
    num_strokes: tuple[int, int]
    mist: tuple[float, float]  # its density
    grain: float


#: One large object in the middle, upright and without mist.
PORTRAIT = Style(
    num_shapes=(1, 1), radius=(0.3, 0.42), margin=0.46, tilt=0.3, num_strokes=(0, 0), mist=(0.0, 0.0), grain=0.03
)
#: An object or two, one of which may hide a part of the other, with a line in front of them, in mist.
LANDSCAPE = Style(
    num_shapes=(1, 2), radius=(0.24, 0.38), margin=0.2, tilt=0.3, num_strokes=(0, 1), mist=(0.5, 0.75), grain=0.02
)
#: A few objects, which may hide parts of each other, in the same mist, with a line in front of them.
GROUP = Style(
    num_shapes=(1, 4), radius=(0.12, 0.28), margin=0.12, tilt=0.3, num_strokes=(0, 1), mist=(0.5, 0.75), grain=0.02
)
#: One object somewhere in the mist, and sometimes a line in front of it.
VEILED = Style(
    num_shapes=(1, 1), radius=(0.22, 0.38), margin=0.3, tilt=0.3, num_strokes=(0, 1), mist=(0.3, 0.6), grain=0.02
)
#: Up to six small objects.
CROWD = Style(
    num_shapes=(1, 6), radius=(0.07, 0.11), margin=0.13, tilt=np.pi, num_strokes=(0, 0), mist=(0.0, 0.3), grain=0.03
)
#: One object, anywhere.
SOMEWHERE = Style(
    num_shapes=(1, 1), radius=(0.12, 0.2), margin=0.12, tilt=np.pi, num_strokes=(0, 0), mist=(0.0, 0.3), grain=0.03
)
#: One object near the middle that may point anywhere.
TILTED = Style(
    num_shapes=(1, 1), radius=(0.2, 0.35), margin=0.36, tilt=np.pi / 2, num_strokes=(0, 0), mist=(0.0, 0.3), grain=0.03
)


def draw_scene(rng: np.random.Generator, style: Style, size: int, forms: Sequence[str] = tuple(FORMS)) -> Scene:
    """Draw a scene with shapes of the given forms; all its randomness is from ``rng``."""
    ground = _draw_colour(rng, brightest=DARK)
    return Scene(
        size=size,
        ground=ground,
        shapes=tuple(_draw_shape(rng, style, size, ground, forms) for _ in range(_draw_count(rng, style.num_shapes))),
        strokes=tuple(_draw_stroke(rng, size) for _ in range(_draw_count(rng, style.num_strokes))),
        mist=_draw_mist(rng, style.mist),
        grain=float(rng.uniform(0, style.grain)),
        grain_seed=int(rng.integers(2**32)),
    )


def _draw_shape(rng: np.random.Generator, style: Style, size: int, ground: Colour, forms: Sequence[str]) -> Shape:
    x, y = rng.uniform(style.margin, 1 - style.margin, 2) * size
    return Shape(
        form=str(rng.choice(forms)),
        surface=_draw_surface(rng, ground),
        centre=(float(x), float(y)),
        radius=float(rng.uniform(*style.radius)) * size,
        angle=float(rng.uniform(-style.tilt, style.tilt)),
    )


def _draw_surface(rng: np.random.Generator, ground: Colour) -> Surface:
    return Surface(
        material=str(rng.choice(list(MATERIALS))),
        colours=_draw_pair(rng, ground),
        period=float(rng.uniform(4, 8)),
        angle=float(rng.uniform(0, 2 * np.pi)),
        phase=float(rng.uniform(0, 2 * np.pi)),
    )


def _draw_pair(rng: np.random.Generator, ground: Colour) -> tuple[Colour, Colour]:
    """Return two colours that differ from each other and are brighter than the background."""
    while True:
        first, second = _draw_colour(rng), _draw_colour(rng)
        faintest = min(LUMINANCE @ first, LUMINANCE @ second) - LUMINANCE @ ground
        if faintest > CONTRAST and np.abs(np.subtract(first, second)).sum() > DISTANCE:
            return first, second


def _draw_stroke(rng: np.random.Generator, size: int) -> Stroke:
    start, bend, end = rng.uniform(-0.2, 1.2, (3, 2)) * size
    t = np.linspace(0, 1, 12)[:, None]
    curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
    return Stroke(
        points=tuple((float(x), float(y)) for x, y in curve),
        colour=_draw_colour(rng),
        width=float(rng.uniform(0.015, 0.035)) * size,
    )


def _draw_mist(rng: np.random.Generator, density: tuple[float, float]) -> Mist:
    red, green, blue = rng.uniform(0.6, 0.95) + rng.uniform(-0.05, 0.05, 3)
    return Mist((float(red), float(green), float(blue)), density=float(rng.uniform(*density)))


def _draw_colour(rng: np.random.Generator, brightest: float = 1.0) -> Colour:
    red, green, blue = rng.uniform(0, brightest, 3)
    return float(red), float(green), float(blue)


def _draw_count(rng: np.random.Generator, bounds: tuple[int, int]) -> int:
    return int(rng.integers(bounds[0], bounds[1] + 1))

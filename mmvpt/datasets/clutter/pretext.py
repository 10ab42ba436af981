"""The pretext of our bases: what they learn to tell of a picture, and what is kept from them for the tasks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .factors import Factor
from .outlines import ALL_FORMS
from .palettes import SCHEMES
from .picture import Picture
from .ranges import BACKDROPS, RELIEFS, Ranges, forms_of, without
from .render import NOBODY, Rendering
from .textures import TEXTURES

#: No base sees these: every fifth form, so that each family has some on both sides, and all digits.
WITHHELD_FORMS = tuple(dict.fromkeys([*tuple(ALL_FORMS)[2::5], *forms_of('digits')]))
#: Every sixth texture.
WITHHELD_TEXTURES = tuple(TEXTURES)[4::6]
#: What pictures of the pretext are drawn from. Things are larger than by default: a small model learns them sooner.
SEEN = replace(
    Ranges(),
    num_things=(1, 4),
    thing_size=(0.28, 0.75),
    margin=0.2,
    forms=without(ALL_FORMS, WITHHELD_FORMS),
    textures=without(TEXTURES, WITHHELD_TEXTURES),
    ground_textures=without(TEXTURES, WITHHELD_TEXTURES),
)
#: Factors that are one of some words.
WORD_FACTORS: Mapping[str, tuple[str, ...]] = {
    'family': tuple(dict.fromkeys(form.family for form in ALL_FORMS.values())),
    'texture': SEEN.textures,
    'scheme': tuple(SCHEMES),
    'relief': RELIEFS,
    'ground_texture': SEEN.ground_textures,
    'ground_scheme': tuple(SCHEMES),
    'backdrop': BACKDROPS,
}
#: Factors that are numbers. Those that return after a whole turn are told by sine and cosine.
NUMBER_FACTORS = (
    *('saturation', 'value', 'gloss', 'blur', 'ground_scale', 'ground_relief', 'elevation', 'ambient', 'shadow'),
    *('softness', 'tilt_x', 'tilt_y', 'defocus', 'exposure', 'warmth', 'greenness', 'vignette', 'noise', 'jpeg'),
)
#: Those factors, and the length of their turn.
CIRCLE_FACTORS = {'hue': 1.0, 'azimuth': 360.0}
#: Factors that no base is told: what tasks ask for.
WITHHELD_FACTORS = (
    *('num_things', 'num_seen', 'num_forms', 'num_families', 'visible', 'least_visible', 'area', 'covered'),
    *('x', 'y', 'size', 'turn', 'stretch', 'shear', 'mirrored', 'depth', 'rim', 'nearest', 'farthest'),
    *('num_fragments', 'num_strands', 'roll', 'aperture', 'motion', 'motion_turn'),
)
#: A patch shows a thing from this share of its pixels on.
SHOWN = 0.25


def word_targets(factors: Mapping[str, Factor]) -> np.ndarray:
    """Return the place of each word among those of its factor, (factors,)."""
    return np.array([names.index(str(factors[factor])) for factor, names in WORD_FACTORS.items()])


def number_targets(factors: Mapping[str, Factor]) -> np.ndarray:
    """Return numbers, then sines and cosines, (numbers + 2 * circles,)."""
    turns = [2 * math.pi * float(factors[name]) / whole for name, whole in CIRCLE_FACTORS.items()]
    round_ones = [function(turn) for turn in turns for function in (math.sin, math.cos)]
    return np.array([*(float(factors[name]) for name in NUMBER_FACTORS), *round_ones], np.float32)


def form_shares(picture: Picture, rendering: Rendering) -> np.ndarray:
    """Return the share of each form among all that is seen of things, (forms,)."""
    shares = np.zeros(len(SEEN.forms), np.float32)
    for thing, pixels in zip(picture.things, rendering.seen, strict=True):
        shares[SEEN.forms.index(thing.form)] += pixels
    return shares / max(shares.sum(), 1)


def patch_targets(picture: Picture, rendering: Rendering, grid: int, ranges: Ranges = SEEN) -> dict[str, np.ndarray]:
    """Return what each patch shows.

    The form is a place among those of the ranges, or their number where none is shown; the texture is a place, or -1;
    and covered is the share of pixels that show things.
    """
    patches = split(rendering.owners, grid)
    counts = np.stack([(patches == index).sum(1) for index in range(len(picture.things))], 1)
    most, shown = counts.argmax(1), counts.max(1) >= SHOWN * patches.shape[1]
    forms = np.array([ranges.forms.index(thing.form) for thing in picture.things])
    textures = np.array([ranges.textures.index(thing.paint.texture) for thing in picture.things])
    return {
        'forms': np.where(shown, forms[most], len(ranges.forms)),
        'textures': np.where(shown, textures[most], -1),
        'covered': (patches != NOBODY).mean(1, dtype=np.float32),
    }


def split(pixels: np.ndarray, grid: int) -> np.ndarray:
    """Return the pixels of each patch of a square map, (grid * grid, pixels of a patch), row by row."""
    side = len(pixels) // grid
    return pixels.reshape(grid, side, grid, side).transpose(0, 2, 1, 3).reshape(grid * grid, side * side)

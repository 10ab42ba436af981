"""Rendering of pictures: pixels, and which thing is seen at each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from .behind import lay_strands, paint_backdrop
from .expose import expose
from .lay import cut_out, lay_shadow, lay_thing
from .picture import Picture

#: The owner of pixels where no thing is seen.
NOBODY = -1


@dataclass(frozen=True)
class Rendering:
    """A picture as it is seen.

    Attributes:
        image: RGB, (side, side, 3), uint8.
        owners: The index of the thing at each pixel, or ``NOBODY``, (side, side), int16.
        areas: Pixels of each thing if nothing hid it, the parts outside of the picture too, (things,).
        seen: Pixels of each thing that are seen, (things,).
    """

    image: np.ndarray
    owners: np.ndarray
    areas: np.ndarray
    seen: np.ndarray

    @property
    def visible(self) -> np.ndarray:
        """The share of each thing that is seen, (things,), 0..1."""
        return self.seen / np.maximum(self.areas, 1)


def render(picture: Picture, factor: int = 2) -> Rendering:
    """Render a picture; it is painted ``factor`` times as large and scaled down, for smooth borders."""
    side, pixels = picture.side, picture.side * factor
    canvas = paint_backdrop(picture, pixels)
    owners = np.full((side, side), NOBODY, np.int16)
    areas = np.zeros(len(picture.things), int)
    for index, thing in enumerate(picture.things):
        cutout = cut_out(picture, thing, factor)
        if picture.light.shadow:
            lay_shadow(canvas, picture, thing, cutout)
        lay_thing(canvas, picture, thing, cutout)
        covered = _shrink(cutout.mask, factor)
        areas[index] = np.count_nonzero(covered)
        outer, inner = cutout.window.shrunk(factor).within(side)
        owners[outer][covered[inner]] = index
    if picture.strands.number:
        owners[_shrink(lay_strands(canvas, picture.strands), factor)] = NOBODY
    seen = np.bincount(owners.ravel() + 1, minlength=len(picture.things) + 1)[1:]
    scene = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
    return Rendering(expose(scene, picture.camera), owners, areas, seen)


def _shrink(mask: np.ndarray, factor: int) -> np.ndarray:
    """Return where a mask covers at least half of a larger pixel."""
    height, width = mask.shape
    return cv2.resize(mask, (width // factor, height // factor), interpolation=cv2.INTER_AREA) >= 128


def make_label_map(picture: Picture, rendering: Rendering, ids: Mapping[str, int], others: int = 0) -> np.ndarray:
    """Return the id of the form at each pixel, and ``others`` where there is none of them, (side, side), uint8."""
    table = np.array([ids.get(thing.form, others) for thing in picture.things] + [others], np.uint8)
    return table[rendering.owners]  # NOBODY is the last

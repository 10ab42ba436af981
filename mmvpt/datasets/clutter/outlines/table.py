"""The table of all forms, and their outlines.

A form draws itself with pieces. They are rasterised once for each of its variants, so that an author may overlap
pieces at will, and kept as clean contours, which a picture only has to transform and fill.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from .pieces import BODY, HOLE, Piece

#: Different members of each class. They are drawn once in a process, so more of them take longer to warm up.
NUM_VARIANTS = 32
_SIDE, _MARGIN = 256, 4

Author = Callable[[np.random.Generator], list[Piece]]


@dataclass(frozen=True)
class Form:
    """A class of outlines.

    Attributes:
        name: Its name.
        family: The group that it belongs to.
        draw: Draws a member of the class.
        chiral: Whether its mirror image is something else, as for letters.
    """

    name: str
    family: str
    draw: Author
    chiral: bool = False


@dataclass(frozen=True)
class Silhouette:
    """A variant of a form: the centroid is the origin, and the longer side of the bounding box is 2.

    Attributes:
        points: Points of all contours, (N, 2), float32.
        regions: The tone of each region and the slices of its contours; the first region is the whole silhouette.
    """

    points: np.ndarray
    regions: tuple[tuple[int, tuple[slice, ...]], ...]


#: All forms by name. A test of a task may withhold some of them from the pretext.
ALL_FORMS: dict[str, Form] = {}


def form(family: str, chiral: bool = False) -> Callable[[Author], Author]:
    """Return a decorator that adds a form with the name of a function, without underscores around it."""

    def add(draw: Author) -> Author:
        add_form(draw.__name__.strip('_'), family, draw, chiral)
        return draw

    return add


def add_form(name: str, family: str, draw: Author, chiral: bool = False) -> None:
    """Add a form to the table."""
    assert name not in ALL_FORMS, f'two forms are called {name}'
    ALL_FORMS[name] = Form(name, family, draw, chiral)


@cache
def find_silhouette(name: str, variant: int) -> Silhouette:
    """Return a variant of a form; the same one in every process."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), variant])
    pieces = ALL_FORMS[name].draw(rng)
    tones = rasterise(pieces)
    whole = (tones >= 0).astype(np.uint8)
    used = sorted({piece.tone for piece in pieces} - {BODY, HOLE})
    details = [(tone, _trace((tones == tone).astype(np.uint8))) for tone in used]
    found = [(BODY, _trace(whole)), *((tone, contours) for tone, contours in details if contours)]
    starts = np.cumsum([0, *(len(contour) for _, contours in found for contour in contours)]).tolist()
    slices = iter([slice(first, last) for first, last in zip(starts, starts[1:], strict=False)])
    points = np.concatenate([contour for _, contours in found for contour in contours]).astype(np.float32)
    moments = cv2.moments(whole, binaryImage=True)
    middle = np.array([moments['m10'], moments['m01']], np.float32) / np.float32(moments['m00'])
    points = (points - middle) * np.float32(2 / max(cv2.boundingRect(whole)[2:]))
    return Silhouette(points, tuple((tone, tuple(next(slices) for _ in contours)) for tone, contours in found))


def rasterise(pieces: list[Piece], side: int = _SIDE) -> np.ndarray:
    """Return the tone of each pixel, -1 outside, (side, side), int8; the pieces are fitted into the square."""
    spans = [
        (contour.min(0) - piece.width / 2, contour.max(0) + piece.width / 2)
        for piece in pieces
        if piece.tone != HOLE
        for contour in piece.contours
    ]
    low, high = np.min([span[0] for span in spans], 0), np.max([span[1] for span in spans], 0)
    scale = (side - 2 * _MARGIN) / (high - low).max()
    offset = (side - 1 - scale * (low + high)) / 2
    canvas = np.zeros((side, side), np.uint8)
    for piece in pieces:
        contours = [np.round(16 * (scale * contour + offset)).astype(np.int32) for contour in piece.contours]
        if piece.width:
            cv2.polylines(canvas, contours, piece.closed, piece.tone + 1, max(1, round(scale * piece.width)), shift=4)
        else:
            cv2.fillPoly(canvas, contours, piece.tone + 1, shift=4)
    return canvas.astype(np.int8) - 1


def _trace(mask: np.ndarray) -> list[np.ndarray]:
    """Return the contours of a mask and of its holes, without specks."""
    contours, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    simple = [cv2.approxPolyDP(contour, 0.6, True)[:, 0] for contour in contours]
    return [contour for contour in simple if len(contour) > 2]

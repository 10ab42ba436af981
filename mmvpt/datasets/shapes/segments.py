"""Masks as COCO writes them, exact to the pixel: polygons, and run lengths for what has holes."""

from __future__ import annotations

from itertools import groupby

import cv2
import numpy as np


def encode_mask(mask: np.ndarray) -> list[list[int]] | dict[str, object]:
    """Describe a mask, (height, width), bool, by its outline.

    As in COCO's own files, an object in several pieces is a polygon for each. COCO's polygons know no holes: an
    object with one is encoded by run lengths, not compressed, which COCO's API reads like any other.
    """
    # every pixel as four: the outermost of them lie at the corners of the outline
    doubled = np.kron(mask, np.ones((2, 2), np.uint8)).astype(np.uint8)
    contours, hierarchy = cv2.findContours(doubled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if any(parent >= 0 for *_, parent in hierarchy[0]):
        return dict(size=list(mask.shape), counts=_run_lengths(mask))
    return [_polygon((contour[:, 0] + 1) // 2) for contour in contours]


def bounding_box(mask: np.ndarray) -> list[int]:
    """Left, top, width and height of a mask that is not empty."""
    return [int(number) for number in cv2.boundingRect(mask.astype(np.uint8))]


def _polygon(corners: np.ndarray) -> list[int]:
    """Flatten points to x, y, x, y..., each once where it stands several times in a row."""
    differs = (corners != np.roll(corners, 1, axis=0)).any(axis=1)
    return corners[differs].ravel().tolist()


def _run_lengths(mask: np.ndarray) -> list[int]:
    """Lengths of the runs down the columns, in turn outside and inside, beginning outside."""
    pixels = mask.ravel(order='F')
    runs = [len(list(run)) for _, run in groupby(pixels)]
    return [0, *runs] if pixels[0] else runs

"""Masks in the format of COCO, exact to the pixel: polygons, and run lengths for objects with holes."""

from __future__ import annotations

from itertools import groupby

import cv2
import numpy as np


def encode_mask(mask: np.ndarray) -> list[list[int]] | dict[str, object]:
    """Return the outline of a mask, (height, width), bool.

    As in COCO's own files, an object in several pieces has one polygon for each. COCO's polygons have no holes, so an
    object with a hole is encoded by uncompressed run lengths, which COCO's API reads as well.
    """
    # every pixel becomes four, so that the outermost are at the corners of the outline
    doubled = np.kron(mask, np.ones((2, 2), np.uint8)).astype(np.uint8)
    contours, hierarchy = cv2.findContours(doubled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if any(parent >= 0 for *_, parent in hierarchy[0]):
        return dict(size=list(mask.shape), counts=_run_lengths(mask))
    return [_polygon((contour[:, 0] + 1) // 2) for contour in contours]


def bounding_box(mask: np.ndarray) -> list[int]:
    """Return left, top, width and height of a mask that is not empty."""
    return [int(number) for number in cv2.boundingRect(mask.astype(np.uint8))]


def _polygon(corners: np.ndarray) -> list[int]:
    """Flatten points to x, y, x, y..., without repeated points."""
    differs = (corners != np.roll(corners, 1, axis=0)).any(axis=1)
    return corners[differs].ravel().tolist()


def _run_lengths(mask: np.ndarray) -> list[int]:
    """Return the lengths of the runs down the columns, alternately outside and inside, beginning outside."""
    pixels = mask.ravel(order='F')
    runs = [len(list(run)) for _, run in groupby(pixels)]
    return [0, *runs] if pixels[0] else runs

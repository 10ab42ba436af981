"""Textures of chance: clouds, cells, stone, wood, and fractals."""

from __future__ import annotations

import cv2
import numpy as np

from ..outlines.pieces import Rng
from .plain import turned, wave
from .table import FIELD, Coordinates, texture

#: Of Julia sets that are full of detail.
_SEEDS = ((-0.8, 0.156), (-0.7269, 0.1889), (0.285, 0.01), (-0.4, 0.6), (0.355, 0.355), (-0.70176, -0.3842))


def clouds(rng: Rng, first: float, octaves: int, fall: float = 0.5) -> np.ndarray:
    """Sums of smooth noise, each octave twice as fine and weaker by ``fall`` (FIELD, FIELD), float32."""
    total = np.zeros((FIELD, FIELD), np.float32)
    for octave in range(octaves):
        side = min(FIELD, round(first * 2**octave) + 3)
        coarse = rng.standard_normal((side, side)).astype(np.float32)
        total += fall**octave * cv2.resize(coarse, (FIELD, FIELD), interpolation=cv2.INTER_CUBIC)
    return total


def cells(rng: Rng, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance to the nearest of random points, and the number of that point."""
    free = np.ones((FIELD, FIELD), np.uint8)
    free[tuple(rng.integers(0, FIELD, (2, number)))] = 0
    return cv2.distanceTransformWithLabels(free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)


@texture
def _clouds(rng: Rng, at: Coordinates) -> np.ndarray:
    return clouds(rng, rng.uniform(3, 8), 5)


@texture
def _mist(rng: Rng, at: Coordinates) -> np.ndarray:
    return clouds(rng, rng.uniform(2, 5), 1)


@texture
def _grain(rng: Rng, at: Coordinates) -> np.ndarray:
    return clouds(rng, rng.uniform(60, 120), 2)


@texture
def _marble(rng: Rng, at: Coordinates) -> np.ndarray:
    return np.abs(wave(rng.uniform(2, 6) * turned(rng, at)[0] + rng.uniform(0.3, 0.8) * clouds(rng, 4, 5))) ** 0.6


@texture
def _wood(rng: Rng, at: Coordinates) -> np.ndarray:
    x, y = turned(rng, at) - rng.uniform(0, 1, (2, 1, 1))
    rings = np.hypot(x, y * rng.uniform(0.05, 0.3)) * rng.uniform(12, 26)
    return (rings + 0.25 * clouds(rng, 4, 3)) % 1


@texture
def _camouflage(rng: Rng, at: Coordinates) -> np.ndarray:
    field = clouds(rng, rng.uniform(8, 16), 2)
    return np.digitize(field, np.quantile(field, [0.3, 0.6, 0.85])).astype(np.float32)


@texture
def _spots(rng: Rng, at: Coordinates) -> np.ndarray:
    field = clouds(rng, rng.uniform(14, 30), 1)
    return (field > np.quantile(field, rng.uniform(0.6, 0.8))).astype(np.float32)


@texture
def _contours(rng: Rng, at: Coordinates) -> np.ndarray:
    return (wave(rng.uniform(1.5, 3) * clouds(rng, rng.uniform(4, 8), 2)) > 0.6).astype(np.float32)


@texture
def _fur(rng: Rng, at: Coordinates) -> np.ndarray:
    fine = rng.standard_normal((FIELD, FIELD)).astype(np.float32)
    size, angle = int(rng.integers(7, 15)) * 2 + 1, rng.uniform(0, np.pi)
    kernel = np.zeros((size, size), np.float32)
    reach = size // 2 * np.array([np.cos(angle), np.sin(angle)])
    first, last = (tuple(np.round(size // 2 + sign * reach).astype(int).tolist()) for sign in (-1, 1))
    cv2.line(kernel, first, last, 1.0)
    return cv2.filter2D(fine, -1, kernel)


@texture
def _cells(rng: Rng, at: Coordinates) -> np.ndarray:
    return cells(rng, int(rng.integers(60, 200)))[0]


@texture
def _cracks(rng: Rng, at: Coordinates) -> np.ndarray:
    owners = cells(rng, int(rng.integers(50, 140)))[1].astype(np.float32)
    edges = cv2.morphologyEx(owners, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return (cv2.distanceTransform((edges == 0).astype(np.uint8), cv2.DIST_L2, 3) > rng.uniform(0.5, 2)).astype(
        np.float32
    )


@texture
def _mosaic(rng: Rng, at: Coordinates) -> np.ndarray:
    number = int(rng.integers(60, 200))
    return rng.random(number + 1)[cells(rng, number)[1]]


@texture
def _julia(rng: Rng, at: Coordinates) -> np.ndarray:
    seed = complex(*rng.choice(_SEEDS))
    x, y = turned(rng, at - 0.5) * rng.uniform(1.6, 3)
    place, steps = x + 1j * y, np.zeros((FIELD, FIELD), np.float32)
    for _ in range(48):
        inside = np.abs(place) < 2
        place = np.where(inside, place**2 + seed, place)
        steps += inside
    return np.log1p(steps) % 1.0


@texture
def _terrazzo(rng: Rng, at: Coordinates) -> np.ndarray:
    field = np.full((FIELD, FIELD), 0.2, np.float32)
    for _ in range(int(rng.integers(150, 350))):
        points = rng.uniform(0, FIELD, 2) + rng.uniform(-9, 9, (int(rng.integers(3, 6)), 2))
        cv2.fillConvexPoly(
            field, cv2.convexHull(points.astype(np.float32)).astype(np.int32), float(rng.uniform(0.4, 1))
        )
    return field

"""Pieces: what an outline is assembled from. The axis x points right and y down, in any unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Spot = np.ndarray | Sequence[float]
Points = np.ndarray | Sequence[Spot]

#: How a piece is painted: as the object itself, in the object's other colours, or in a dark or light detail.
BODY, OTHER, DARK_DETAIL, LIGHT_DETAIL = range(4)
#: Takes away what earlier pieces put there.
HOLE = -1


@dataclass(frozen=True)
class Piece:
    """Contours that are filled together, where an even number of them is a hole, or lines of some width."""

    contours: tuple[np.ndarray, ...]
    tone: int = BODY
    width: float = 0.0  # of lines; 0 fills
    closed: bool = True


def solid(points: Points, *others: Points, tone: int = BODY) -> Piece:
    """Return a filled piece; inside other contours it is empty."""
    return Piece(tuple(np.asarray(contour, float) for contour in (points, *others)), tone)


def hole(points: Points) -> Piece:
    """Return a hole in all earlier pieces."""
    return solid(points, tone=HOLE)


def line(points: Points, width: float, tone: int = BODY, closed: bool = False) -> Piece:
    """Return a line with round ends."""
    return Piece((np.asarray(points, float),), tone, width, closed)


def ellipse(
    x: float = 0, y: float = 0, rx: float = 1, ry: float | None = None, start: float = 0, stop: float = 360
) -> np.ndarray:
    """Return points of an ellipse or an arc of it; degrees run clockwise from the right."""
    angles = np.radians(np.linspace(start, stop, 49))
    return np.stack([x + rx * np.cos(angles), y + (rx if ry is None else ry) * np.sin(angles)], 1)


def box(left: float, top: float, right: float, bottom: float, round: float = 0) -> np.ndarray:
    """Return a rectangle, whose corners may be round."""
    if not round:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)
    corners = [
        (right - round, bottom - round, 0),
        (left + round, bottom - round, 90),
        (left + round, top + round, 180),
        (right - round, top + round, 270),
    ]
    return np.concatenate([ellipse(x, y, round, round, start, start + 90)[::6] for x, y, start in corners])


def ngon(number: int, radius: float = 1, start: float = -90) -> np.ndarray:
    """Return a regular polygon whose first corner is at an angle of ``start`` degrees; up is -90."""
    angles = np.radians(start + 360 * np.arange(number) / number)
    return radius * np.stack([np.cos(angles), np.sin(angles)], 1)


def polar(radius: np.ndarray, start: float = -90) -> np.ndarray:
    """Return the closed curve with the given radii at equal steps of the angle."""
    angles = np.radians(start) + 2 * np.pi * np.arange(len(radius)) / len(radius)
    return radius[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)


def curve(points: Points, closed: bool = True, steps: int = 8) -> np.ndarray:
    """Return a smooth curve through points (Catmull-Rom)."""
    given = np.asarray(points, float)
    ends = (given[-1:], given[:2]) if closed else (given[:1], given[-1:])
    padded = np.concatenate([ends[0], given, ends[1]])
    before, first, second, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    found = first + t / 2 * (
        second
        - before
        + t * (2 * before - 5 * first + 4 * second - after + t * (3 * (first - second) + after - before))
    )
    found = found.transpose(1, 0, 2).reshape(-1, 2)
    return found if closed else np.concatenate([found, given[-1:]])


def mirrored(points: Points) -> np.ndarray:
    """Return a right half from top to bottom, and its mirror image from bottom to top."""
    right = np.asarray(points, float)
    return np.concatenate([right, right[::-1] * (-1, 1)])


def rotated(points: Points, degrees: float, about: Spot = (0, 0)) -> np.ndarray:
    """Return points rotated clockwise about one."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return (np.asarray(points, float) - about) @ np.array([(cos, sin), (-sin, cos)]) + about


def moved(points: Points, x: float, y: float, scale: float = 1) -> np.ndarray:
    """Return points scaled about the origin, then moved."""
    return scale * np.asarray(points, float) + (x, y)

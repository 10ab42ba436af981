"""What a shape looks like in outline: one function per form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Outline = Callable[[np.ndarray, np.ndarray], np.ndarray]


def disc(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.hypot(x, y) - 1


def ring(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.abs(np.hypot(x, y) - 0.72) - 0.28


def crescent(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.maximum(disc(x, y), 0.78 - np.hypot(x - 0.5, y))


def square(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(x), np.abs(y)) - 0.8


def bar(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(x) - 1, np.abs(y) - 0.4)


def cross(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.minimum(bar(x, y), bar(y, x))


def triangle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(x) * np.sqrt(3) / 2 + y / 2, -y) - 0.55


def star(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Five rays: the angle is folded into half a ray, whose edge is a straight line."""
    angle = np.abs((np.arctan2(x, -y) + np.pi / 5) % (2 * np.pi / 5) - np.pi / 5)
    return np.hypot(x, y) * np.cos(angle - 1.2) - np.cos(1.2)


# Signed distances to the outline, negative inside, in coordinates where a shape is about one unit in radius.
# The order is the order of the class ids on disk: append, never insert.
FORMS: dict[str, Outline] = {
    outline.__name__: outline for outline in (disc, ring, crescent, square, bar, cross, triangle, star)
}

"""The outlines of shapes: one function per form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Outline = Callable[[np.ndarray, np.ndarray], np.ndarray]


def disc(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A full circle."""
    return np.hypot(x, y) - 1


def ring(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A circle with a hole."""
    return np.abs(np.hypot(x, y) - 0.72) - 0.28


def square(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A square."""
    return np.maximum(np.abs(x), np.abs(y)) - 0.8


def bar(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A lying rectangle."""
    return np.maximum(np.abs(x) - 1, np.abs(y) - 0.4)


def cross(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Two bars, one across the other."""
    return np.minimum(bar(x, y), bar(y, x))


def triangle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A triangle that points up or down."""
    return np.maximum(np.abs(x) * np.sqrt(3) / 2 + y / 2, -y) - 0.55


# Signed distances to the outline, negative inside, in coordinates where a shape is about one unit in radius.
# The order is the order of the class ids on disk: append, never insert.
FORMS: dict[str, Outline] = {outline.__name__: outline for outline in (disc, ring, square, bar, cross, triangle)}

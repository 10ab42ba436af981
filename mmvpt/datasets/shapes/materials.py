"""The surfaces of shapes: one function per material."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Pattern = Callable[[np.ndarray, np.ndarray], np.ndarray]


def plain(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """One colour."""
    return np.full_like(x, -1.0)


def striped(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Stripes."""
    return np.sin(x)


def checked(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Squares of two alternating colours."""
    return np.sin(x) * np.sin(y)


def dotted(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Dots."""
    return np.cos(x) + np.cos(y) - 0.8


# Positive where the second colour shows; one period is 2 pi. The order is the order of the class ids on disk.
MATERIALS: dict[str, Pattern] = {pattern.__name__: pattern for pattern in (plain, striped, checked, dotted)}

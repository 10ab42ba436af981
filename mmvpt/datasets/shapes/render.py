"""Rendering of a scene: the image, and a map of the shape in each pixel."""

from __future__ import annotations

import cv2
import numpy as np

from .forms import FORMS
from .materials import MATERIALS
from .scene import Scene, Shape, Stroke, Surface

#: In a map of owners, where shapes count from 0.
GROUND, STROKE = -1, -2


def render_image(scene: Scene) -> np.ndarray:
    """Paint the scene: (size, size, 3), uint8, RGB."""
    canvas = np.full((scene.size, scene.size, 3), scene.ground)
    for shape in scene.shapes:
        coverage = np.clip(0.5 - _distance(shape, scene.size), 0, 1)[..., None]
        canvas += coverage * (_paint(shape.surface, scene.size) - canvas)
    for stroke in scene.strokes:
        canvas += _coverage(stroke, scene.size)[..., None] * (stroke.colour - canvas)
    canvas += scene.mist.density * (scene.mist.colour - canvas)
    canvas += scene.grain * np.random.default_rng(scene.grain_seed).standard_normal(canvas.shape)
    return (np.clip(canvas, 0, 1) * 255).round().astype(np.uint8)


def render_owners(scene: Scene) -> np.ndarray:
    """Return for each pixel the index of its shape, or ``GROUND`` or ``STROKE``."""
    owners = np.full((scene.size, scene.size), GROUND)
    for index, shape in enumerate(scene.shapes):
        owners[_distance(shape, scene.size) < 0] = index
    for stroke in scene.strokes:
        owners[_coverage(stroke, scene.size) > 0.25] = STROKE
    return owners


def _distance(shape: Shape, size: int) -> np.ndarray:
    """Signed distance of each pixel to the outline, negative inside."""
    x, y = _grid(size)
    x, y = _turn(x - shape.centre[0], y - shape.centre[1], shape.angle)
    return shape.radius * FORMS[shape.form](x / shape.radius, y / shape.radius)


def _paint(surface: Surface, size: int) -> np.ndarray:
    """Paint the surface as if it filled the image."""
    x, y = _turn(*_grid(size), surface.angle)
    wave = 2 * np.pi / surface.period
    pattern = MATERIALS[surface.material](wave * x + surface.phase, wave * y + surface.phase)
    first, second = np.array(surface.colours)
    return first + np.clip(0.5 + 2 * pattern, 0, 1)[..., None] * (second - first)


def _coverage(stroke: Stroke, size: int) -> np.ndarray:
    canvas = np.zeros((size, size), np.uint8)
    points = (np.array(stroke.points) * 16).round().astype(np.int32)  # four fractional bits
    cv2.polylines(canvas, [points], False, 255, max(1, round(stroke.width)), cv2.LINE_AA, shift=4)
    return canvas / 255


def _grid(size: int) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:size, :size] + 0.5
    return x, y


def _turn(x: np.ndarray, y: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    cos, sin = np.cos(angle), np.sin(angle)
    return cos * x + sin * y, cos * y - sin * x

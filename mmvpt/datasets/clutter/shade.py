"""Light: how raised surfaces look, and which shadows they cast."""

from __future__ import annotations

import math

import cv2
import numpy as np

from .picture import Light, Thing


def toward(light: Light) -> tuple[float, float, float]:
    """Return the direction to the light, a unit vector whose z points at the viewer."""
    flat = math.cos(math.radians(light.elevation))
    azimuth = math.radians(light.azimuth)
    return flat * math.cos(azimuth), flat * math.sin(azimuth), math.sin(math.radians(light.elevation))


def lambert(height: np.ndarray, light: Light, gloss: float = 0) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the brightness of each point of a surface, 1 where it is flat, and its highlights if it is glossy."""
    x, y, z = toward(light)
    across = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125)
    length = np.sqrt(1 + across * across + down * down)
    facing = np.maximum((z - x * across - y * down) / length, 0)
    brightness = light.ambient + (1 - light.ambient) / z * facing
    np.minimum(brightness, 1.7, out=brightness)
    if not gloss:
        return brightness, None
    half = math.hypot(x, y, z + 1)
    glint = np.maximum((z + 1 - x * across - y * down) / (length * half), 0)
    for _ in range(4):  # to the 16th power
        glint *= glint
    return brightness, glint * (255 * gloss)


def find_height(thing: Thing, mask: np.ndarray, field: np.ndarray, size: float) -> np.ndarray | None:
    """Return the height of a thing's surface in pixels, by its relief; none if it is flat."""
    if thing.relief == 'flat':
        return None
    if thing.relief == 'bump':
        return field.astype(np.float32) * np.float32(0.012 * size / 255 * 8)
    inside = cv2.distanceTransform(cv2.threshold(mask, 127, 255, cv2.THRESH_BINARY)[1], cv2.DIST_L2, 3)
    if thing.relief == 'bevel':
        return cv2.blur(np.minimum(inside, 0.06 * size) * 0.9, (3, 3))
    top = max(float(inside.max()), 1)
    round_top = cv2.sqrt(inside * (2 * top - inside)) * min(0.9, 0.3 * size / top)
    return cv2.blur(round_top, (3, 3))


def shadow_offset(thing: Thing, light: Light, pixels: float) -> tuple[int, int]:
    """Return by how many pixels the shadow of a thing is moved."""
    x, y, z = toward(light)
    length = 0.13 * thing.size * pixels / z
    return round(-x * length), round(-y * length)

"""The camera: what blur, light and the sensor do to a picture."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from .picture import Camera


def expose(scene: np.ndarray, camera: Camera) -> np.ndarray:
    """Return the image that a camera makes of a scene, both (side, side, 3); uint8 from float32."""
    side = len(scene)
    if camera.defocus * side > 0.2:
        scene = cv2.GaussianBlur(scene, (0, 0), camera.defocus * side)
    if camera.motion * side > 1:
        scene = cv2.filter2D(scene, -1, _path(round(camera.motion * side), round(camera.motion_turn)))
    scene = scene * (np.array(camera.cast, np.float32) * np.float32(camera.exposure))
    if camera.vignette:
        scene *= 1 - np.float32(camera.vignette) * _corners(side)
    if camera.noise:
        rng = np.random.default_rng(camera.seed)
        scene += rng.standard_normal(scene.shape, np.float32) * np.float32(255 * camera.noise)
    image = cv2.convertScaleAbs(np.maximum(scene, 0, out=scene))
    return _compress(image, camera.jpeg) if camera.jpeg else image


@lru_cache(maxsize=1024)
def _path(length: int, degrees: int) -> np.ndarray:
    """Return the kernel of a camera that moves along a line."""
    half = length // 2 + 1
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.uint8)
    step = length / 2 * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    ends = ((half + np.array([-step, step])) * 16).round().astype(np.int32)
    cv2.polylines(kernel, [ends], False, 255, 1, cv2.LINE_AA, 4)
    return kernel.astype(np.float32) / kernel.sum()


@lru_cache(maxsize=8)
def _corners(side: int) -> np.ndarray:
    """Return how far each pixel is from the middle, squared, 1 in the corners, (side, side, 1)."""
    place = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    return ((place[:, None] ** 2 + place**2) / 2)[..., None]


def _compress(image: np.ndarray, quality: int) -> np.ndarray:
    done, data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done, 'OpenCV cannot encode JPEG'
    found = cv2.imdecode(data, cv2.IMREAD_COLOR)  # both take red for blue, so nothing is swapped
    assert found is not None
    return found

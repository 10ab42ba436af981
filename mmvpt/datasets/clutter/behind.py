"""What lies behind things: surfaces, rooms, and fragments; and the strands in front."""

from __future__ import annotations

import cv2
import numpy as np

from .lay import look
from .palettes import make_ramp
from .picture import Fragments, Light, Paint, Picture
from .pose import project, to_tile, view
from .shade import lambert


def paint_backdrop(picture: Picture, pixels: int) -> np.ndarray:
    """Paint what is behind all things, (pixels, pixels, 3), float32, 0..255."""
    backdrop = picture.backdrop
    to_plane = np.linalg.inv(view(picture.camera)) @ np.diag([1 / pixels, 1 / pixels, 1])
    canvas = _paint_surface(backdrop.wall, to_plane, pixels, backdrop.relief, picture.light)
    if backdrop.floor:
        far = backdrop.horizon - 0.3  # where the floor would vanish
        lying = np.array([(1, 0, -0.5), (0, 0, 0.4), (0, 1, -far)])
        floor = _paint_surface(backdrop.floor, lying @ to_plane, pixels, backdrop.relief, picture.light)
        corners = [(-1, backdrop.horizon), (2, backdrop.horizon), (2, 2), (-1, 2)]
        outline = project(view(picture.camera), np.array(corners, float)) * pixels
        mask = np.zeros((pixels, pixels), np.uint8)
        cv2.fillPoly(mask, [outline.round().astype(np.int32)], 1)
        np.copyto(canvas, floor, where=mask.view(bool)[..., None])
    if backdrop.fragments.number:
        _scatter(canvas, backdrop.fragments, pixels)
    return canvas


def _paint_surface(paint: Paint, to_plane: np.ndarray, pixels: int, relief: float, light: Light) -> np.ndarray:
    field = look(paint, to_tile(paint) @ to_plane, pixels, pixels)
    colour = cv2.applyColorMap(field, make_ramp(paint.palette)[:, None]).astype(np.float32)
    if relief > 0.1:
        height = field.astype(np.float32) * np.float32(relief * 4 / 255)
        colour *= lambert(height, light)[0][..., None]
    return colour


def _scatter(canvas: np.ndarray, fragments: Fragments, pixels: int) -> None:
    """Draw scraps, arcs and lines at random places."""
    rng = np.random.default_rng(fragments.seed)
    places = rng.uniform(0, pixels, (fragments.number, 1, 2))
    reach = fragments.size * pixels * rng.uniform(0.5, 1.5, (fragments.number, 1, 1))
    corners = (16 * (places + reach * rng.normal(0, 0.6, (fragments.number, 5, 2)))).round().astype(np.int32)
    colours = _shades(rng, fragments)
    kinds, widths = rng.integers(0, 4, fragments.number).tolist(), rng.integers(1, 4, fragments.number).tolist()
    angles = rng.uniform(0, 360, (fragments.number, 2)).tolist()
    for i, (kind, width, colour) in enumerate(zip(kinds, widths, colours, strict=True)):
        if kind == 0:
            cv2.fillPoly(canvas, [corners[i, : 3 + i % 3]], colour, cv2.LINE_8, 4)
        elif kind == 1:
            cv2.polylines(canvas, [corners[i, : 2 + i % 3]], False, colour, width, cv2.LINE_8, 4)
        else:
            centre, axis = corners[i, 0].tolist(), (int(reach[i, 0, 0] * 9), int(reach[i, 0, 0] * (5 + i % 5)))
            stop, thickness = (angles[i][1], width) if kind == 2 else (360, -1)
            cv2.ellipse(canvas, centre, axis, angles[i][0], 0, stop, colour, thickness, cv2.LINE_8, 4)


def _shades(rng: np.random.Generator, fragments: Fragments) -> list[list[float]]:
    chosen = np.array(fragments.palette)[rng.integers(0, len(fragments.palette), fragments.number)]
    return np.clip(255 * chosen * rng.uniform(0.6, 1.3, (fragments.number, 1)), 0, 255).tolist()


def lay_strands(canvas: np.ndarray, strands: Fragments) -> np.ndarray:
    """Draw curved lines across a canvas, and return where they are, 0..255."""
    pixels = len(canvas)
    rng = np.random.default_rng(strands.seed)
    mask = np.zeros((pixels, pixels), np.uint8)
    t = np.linspace(0, 1, 14)[:, None]
    for colour in _shades(rng, strands):
        start, bend, end = rng.uniform(-0.1, 1.1, (3, 2)) * pixels
        start[rng.integers(2)], end[rng.integers(2)] = -0.05 * pixels, 1.05 * pixels
        path = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
        fixed, width = (16 * path).round().astype(np.int32), max(2, round(pixels * rng.uniform(0.012, 0.028)))
        cv2.polylines(mask, [fixed], False, 255, width, cv2.LINE_8, 4)
        cv2.polylines(canvas, [fixed], False, colour, width, cv2.LINE_8, 4)
    return mask

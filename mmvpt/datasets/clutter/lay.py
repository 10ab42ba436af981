"""Laying of things on a canvas, one after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .outlines import find_silhouette
from .palettes import make_ramp, mean_colour
from .picture import Light, Paint, Picture, Thing
from .pose import placing, project, to_tile, view
from .shade import find_height, lambert, shadow_offset
from .textures import find_tile


@dataclass(frozen=True)
class Window:
    """A rectangle of a canvas, in its pixels; it may reach over the border."""

    left: int
    top: int
    right: int
    bottom: int

    def within(self, pixels: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Return the part inside a square canvas: its slices of the canvas, and of the window."""
        left, right = max(self.left, 0), min(self.right, pixels)
        top, bottom = max(self.top, 0), min(self.bottom, pixels)
        right, bottom = max(right, left), max(bottom, top)
        outer = slice(top, bottom), slice(left, right)
        return outer, (
            slice(top - self.top, bottom - self.top),
            slice(left - self.left, right - self.left),
        )

    def moved(self, x: int, y: int) -> Window:
        """Return the window elsewhere."""
        return Window(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def shrunk(self, factor: int) -> Window:
        """Return the window in larger pixels."""
        return Window(self.left // factor, self.top // factor, self.right // factor, self.bottom // factor)


@dataclass(frozen=True)
class Cutout:
    """The outline of a thing on a canvas: what it covers, and the tone of each pixel."""

    window: Window
    mask: np.ndarray  # 0..255
    tones: np.ndarray | None
    blur: float  # in pixels, because the thing is out of focus


def cut_out(picture: Picture, thing: Thing, factor: int) -> Cutout:
    """Draw the outline of a thing for a canvas that is ``factor`` times as large as the picture."""
    pixels = picture.side * factor
    silhouette = find_silhouette(thing.form, thing.variant)
    matrix, offset = placing(thing)
    points = project(view(picture.camera), silhouette.points @ matrix.T + offset) * pixels - 0.5
    blur = abs(thing.depth - picture.camera.focus) * picture.camera.aperture * pixels
    pad = 2 + math.ceil(max(2 * blur, picture.light.softness * pixels))
    left, top = ((math.floor(low - pad) // factor) * factor for low in points.min(0))
    right, bottom = ((math.ceil(high + pad) // factor + 1) * factor for high in points.max(0))
    fixed = ((points - (left, top)) * 16).round().astype(np.int32)
    mask = np.zeros((bottom - top, right - left), np.uint8)
    (_, outline), *details = silhouette.regions
    contours = [fixed[part] for part in outline]
    cv2.fillPoly(mask, contours, 255, cv2.LINE_AA, 4)
    rim = round(thing.rim * pixels)
    if not details and not rim:
        return Cutout(Window(left, top, right, bottom), mask, None, blur)
    tones = np.zeros_like(mask)
    for tone, parts in details:
        cv2.fillPoly(tones, [fixed[part] for part in parts], tone, cv2.LINE_8, 4)
    if rim:
        cv2.polylines(tones, contours, True, 2, 2 * rim - 1, cv2.LINE_8, 4)
    return Cutout(Window(left, top, right, bottom), mask, tones, blur)


def lay_shadow(canvas: np.ndarray, picture: Picture, thing: Thing, cutout: Cutout) -> None:
    """Darken a canvas where a thing casts its shadow."""
    light, pixels = picture.light, len(canvas)
    window = cutout.window.moved(*shadow_offset(thing, light, pixels))
    outer, inner = window.within(pixels)
    soft = 2 * round(light.softness * pixels / 2) + 1
    shade = cv2.blur(cutout.mask, (soft, soft))[inner].astype(np.float32)
    canvas[outer] *= (1 - shade * np.float32(light.shadow / 255))[..., None]


def lay_thing(canvas: np.ndarray, picture: Picture, thing: Thing, cutout: Cutout) -> None:
    """Paint a thing on a canvas."""
    outer, inner = cutout.window.within(len(canvas))
    mask = cutout.mask[inner]
    if not mask.size:
        return
    field = _look_at_tile(picture, thing, cutout.window, inner, len(canvas))
    tones = None if cutout.tones is None else cutout.tones[inner]
    colour = _colour(thing, field, tones)
    _light_up(colour, thing, picture.light, mask, field, len(canvas))
    if cutout.blur > 0.5:
        colour = cv2.GaussianBlur(colour, (0, 0), cutout.blur)
        mask = cv2.GaussianBlur(mask, (0, 0), cutout.blur)
    cover = mask.astype(np.float32) * np.float32(1 / 255)
    canvas[outer] = cv2.blendLinear(colour, canvas[outer], cover, 1 - cover)


def look(paint: Paint, matrix: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return the texture of a paint as seen through a matrix (3, 3) from pixels to the tile, (height, width), uint8."""
    tile = find_tile(paint.texture, paint.tile)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if matrix[2, 0] or matrix[2, 1]:
        return cv2.warpPerspective(tile, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    return cv2.warpAffine(tile, matrix[:2], (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT_101)


def _look_at_tile(
    picture: Picture, thing: Thing, window: Window, inner: tuple[slice, slice], pixels: int
) -> np.ndarray:
    """Return the texture of a thing, which moves and turns with it."""
    (x, y), *_ = project(view(picture.camera), np.array([(thing.x, thing.y)])) * pixels
    rows, columns = inner
    to_picture = np.array(
        [(1, 0, window.left + columns.start - x), (0, 1, window.top + rows.start - y), (0, 0, pixels)]
    )
    matrix = to_tile(thing.paint, thing.turn + picture.camera.roll) @ (to_picture / pixels)
    return look(thing.paint, matrix, columns.stop - columns.start, rows.stop - rows.start)


def _colour(thing: Thing, field: np.ndarray, tones: np.ndarray | None) -> np.ndarray:
    ramp = make_ramp(thing.paint.palette)
    if tones is None:
        return cv2.applyColorMap(field, ramp[:, None]).astype(np.float32)
    body = np.array(mean_colour(thing.paint.palette), np.float32) * 255
    dark, light = body * 0.15, 225 + body * 0.12
    ramps = np.concatenate([ramp, make_ramp(thing.other), np.tile(dark, (256, 1)), np.tile(light, (256, 1))])
    return np.take(ramps.astype(np.float32), tones.astype(np.int32) * 256 + field, axis=0)


def _light_up(colour: np.ndarray, thing: Thing, light: Light, mask: np.ndarray, field: np.ndarray, pixels: int) -> None:
    height = find_height(thing, mask, field, thing.size * pixels)
    if height is None:
        return
    brightness, glint = lambert(height, light, thing.gloss)
    colour *= brightness[..., None]
    if glint is not None:
        colour += glint[..., None]

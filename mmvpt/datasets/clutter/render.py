"""Drawing a picture, and what is where in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from .clutter import Camera, Clutter, Cover, Light, Palette, Scrap, Thing
from .outlines import find_silhouette
from .textures import FIELD, find_field

#: Pixels are drawn so many times finer along each side, and averaged.
FINER = 2
#: Fractions of a pixel that OpenCV counts corners in, as a power of two.
SUBPIXEL = 4
#: Where no thing is.
NOTHING = 0


@dataclass(frozen=True)
class Picture:
    """A picture.

    Args:
        image: Red, green, blue (side, side, 3), uint8.
        things: Which thing each pixel shows, from 1, or ``NOTHING`` (side, side), uint8.
        visible: Which share of each thing nothing else hides, and lies in the frame.
    """

    image: np.ndarray
    things: np.ndarray
    visible: tuple[float, ...]


def render(clutter: Clutter, side: int) -> Picture:
    """Draw a picture of so many pixels a side."""
    fine = FINER * side
    canvas = _paint(clutter.background, fine, fine).astype(np.float32)
    for scrap in clutter.scraps:
        _draw_scrap(canvas, scrap, fine)
    owners = np.zeros((fine, fine), np.uint8)
    areas = [
        _draw_thing(canvas, owners, thing, number, clutter.light)
        for number, thing in enumerate(clutter.things, start=1)
    ]
    shown = np.bincount(owners.ravel(), minlength=len(areas) + 1)[1:]
    visible = tuple(min(1.0, float(pixels) / max(area, 1)) for pixels, area in zip(shown, areas, strict=True))
    image = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
    return Picture(_take(image, clutter.camera), owners[1::FINER, 1::FINER].copy(), visible)


def _draw_scrap(canvas: np.ndarray, scrap: Scrap, fine: int) -> None:
    corners = np.round(np.array(scrap.points) * (fine * 2**SUBPIXEL)).astype(np.int32)
    if len(corners) == 2:
        width = max(1, round(scrap.width * fine))
        cv2.line(canvas, corners[0].tolist(), corners[1].tolist(), scrap.colour, width, cv2.LINE_8, SUBPIXEL)
    else:
        cv2.fillConvexPoly(canvas, corners, scrap.colour, cv2.LINE_8, SUBPIXEL)


def _draw_thing(canvas: np.ndarray, owners: np.ndarray, thing: Thing, number: int, light: Light) -> int:
    """Draw a thing over all that is there; return its area, with what lies outside of the frame."""
    fine = len(canvas)
    outline = find_silhouette(thing.form, thing.variant)
    points = _placed(outline.points, thing, fine)
    reach = light.reach * fine if light.shadow else 0.0
    margin = int(reach) + 3
    first, last = np.floor(points.min(0)).astype(int), np.ceil(points.max(0)).astype(int)
    low, high = np.maximum(first - margin, 0), np.minimum(last + margin, fine)
    width, height = np.maximum(high - low, 1).tolist()
    window = slice(low[1], low[1] + height), slice(low[0], low[0] + width)
    corners = np.round((points - low) * 2**SUBPIXEL).astype(np.int32)
    (_, body), *details = outline.regions
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [corners[one] for one in body], 255, cv2.LINE_8, SUBPIXEL)
    under = canvas[window]
    if light.shadow:
        _cast_shadow(under, mask, light, reach)
    paint = _paint(thing.cover, height, width).astype(np.float32)
    for tone, contours in details:
        cv2.fillPoly(paint, [corners[one] for one in contours], thing.details[tone - 1], cv2.LINE_8, SUBPIXEL)
    if light.relief:
        paint *= _relief(mask, light, thing.size * fine)[..., None]
    inside = mask > 0
    under[inside] = paint[inside]
    owners[window][inside] = number
    return _area(corners, body, mask, is_whole=bool(first.min() >= 0 and last.max() < fine))


def _placed(points: np.ndarray, thing: Thing, fine: int) -> np.ndarray:
    """Points of a form where the thing is, in pixels."""
    turn = np.radians(thing.rotation)
    cos, sin = np.cos(turn), np.sin(turn)
    across = thing.squeeze * (-1 if thing.mirrored else 1)
    matrix = np.array([[cos * across, -sin], [sin * across, cos]], np.float32) * (thing.size * fine)
    return points @ matrix.T + np.array([thing.x * fine, thing.y * fine], np.float32)


def _area(corners: np.ndarray, contours: Sequence[slice], mask: np.ndarray, is_whole: bool) -> int:
    """How many pixels a thing has, with those outside of the frame."""
    if not is_whole:
        low = corners.min(0)
        width, height = ((corners.max(0) - low) // 2**SUBPIXEL + 2).tolist()
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [corners[one] - low for one in contours], 255, cv2.LINE_8, SUBPIXEL)
    return cv2.countNonZero(mask)


def _paint(cover: Cover, height: int, width: int) -> np.ndarray:
    """A window of a texture, in colours (height, width, 3), uint8."""
    field = find_field(cover.texture, cover.variant)
    if max(height, width) > FIELD:  # a picture as large is covered by the whole field, enlarged
        field = cv2.resize(field, (width, height))
    top, left = int(cover.top * (len(field) - height)), int(cover.left * (field.shape[1] - width))
    return _ramp(cover.palette)[field[top : top + height, left : left + width]]


@lru_cache(maxsize=256)
def _ramp(palette: Palette) -> np.ndarray:
    """Colours for the numbers from 0 to 255."""
    stops = np.linspace(0, 255, len(palette))
    channels = [np.interp(np.arange(256), stops, [colour[channel] for colour in palette]) for channel in range(3)]
    return np.stack(channels, 1).astype(np.uint8)


def _cast_shadow(under: np.ndarray, mask: np.ndarray, light: Light, reach: float) -> None:
    """Darken what lies away from the light."""
    angle = np.radians(light.angle)
    shift = np.array([[1, 0, -reach * np.cos(angle)], [0, 1, -reach * np.sin(angle)]], np.float32)
    size = mask.shape[::-1]
    shadow = cv2.blur(cv2.warpAffine(mask, shift, size), (5, 5)).astype(np.float32)
    under *= (1 - (light.shadow / 255) * shadow)[..., None]


def _relief(mask: np.ndarray, light: Light, size: float) -> np.ndarray:
    """How much lighter or darker a rounded thing is, by where its cover looks."""
    reach = max(3, int(0.5 * size)) | 1
    height = cv2.blur(mask, (reach, reach)).astype(np.float32)
    angle = np.radians(light.angle)
    slope = np.cos(angle) * cv2.Sobel(height, cv2.CV_32F, 1, 0) + np.sin(angle) * cv2.Sobel(height, cv2.CV_32F, 0, 1)
    slope *= -light.relief * reach / (255 * 4)
    return np.clip(1 + slope, 0.35, 1.7)


def _take(image: np.ndarray, camera: Camera) -> np.ndarray:
    """What a camera makes of a picture; uint8."""
    side = len(image)
    if camera.blur * side > 0.2:
        image = cv2.GaussianBlur(image, (0, 0), camera.blur * side)
    image = image * (_corners(side)[..., None] * -camera.vignette + 1) * np.array(camera.cast, np.float32)
    if camera.noise:
        image += camera.noise * _noise(camera.grain, side)
    return np.clip(image, 0, 255).astype(np.uint8)


@lru_cache(maxsize=8)
def _corners(side: int) -> np.ndarray:
    """0 in the middle, 1 in the corners."""
    ends = np.linspace(-1, 1, side, dtype=np.float32)
    return (ends[:, None] ** 2 + ends[None] ** 2) / 2


@lru_cache(maxsize=1)
def _noise_bank() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((1024, 256, 3)).astype(np.float32)


def _noise(grain: int, side: int) -> np.ndarray:
    """A window of a field of noise."""
    bank = _noise_bank()
    rows, columns = len(bank) - side, bank.shape[1] - side
    return bank[grain % rows :][:side, (grain // 7) % max(columns, 1) :][:, :side]

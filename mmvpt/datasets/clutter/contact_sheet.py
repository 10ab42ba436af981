"""Contact sheets: many pictures at a glance, to judge by eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from .draw import draw_picture
from .outlines import ALL_FORMS
from .palettes import make_ramp
from .ranges import CLEAR, Ranges
from .render import NOBODY, Rendering, render
from .textures import TEXTURES, find_tile

_GAP, _CAPTION = 4, 14


def make_sheet(images: Sequence[np.ndarray], columns: int, zoom: int = 1, captions: Sequence[str] = ()) -> np.ndarray:
    """Return images of one size in rows, with captions below them, RGB, uint8."""
    foot = _CAPTION if captions else 0
    height, width = (length * zoom for length in images[0].shape[:2])
    rows = -(-len(images) // columns)
    sheet = np.full((rows * (height + foot + _GAP) + _GAP, columns * (width + _GAP) + _GAP, 3), 24, np.uint8)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        top, left = _GAP + row * (height + foot + _GAP), _GAP + column * (width + _GAP)
        large = cv2.resize(image, (width, height), interpolation=cv2.INTER_NEAREST)
        sheet[top : top + height, left : left + width] = large
        if captions:
            place = (left, top + height + _CAPTION - 4)
            cv2.putText(sheet, captions[index], place, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (235,) * 3, 1, cv2.LINE_AA)
    return sheet


def save_sheet(path: str | Path, sheet: np.ndarray) -> None:
    """Write a sheet as PNG."""
    done, data = cv2.imencode('.png', np.ascontiguousarray(sheet[..., ::-1]))
    assert done, 'OpenCV cannot encode PNG'
    Path(path).write_bytes(data.tobytes())


def paint_owners(rendering: Rendering) -> np.ndarray:
    """Return an image with each thing in a colour of its own over grey, RGB, uint8."""
    grey = cv2.cvtColor(rendering.image, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, 2)
    hues = np.arange(len(rendering.areas)) * 67 % 180
    hsv = np.stack([hues, np.full_like(hues, 220), np.full_like(hues, 255)], 1).astype(np.uint8)
    colours = cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0]
    owned = rendering.owners != NOBODY
    found = grey.copy()
    found[owned] = 0.3 * grey[owned] + 0.7 * colours[rendering.owners[owned]]
    return found


def picture_sheet(ranges: Ranges, seed: int = 0, number: int = 60, columns: int = 10, zoom: int = 2) -> np.ndarray:
    """Return a sheet of pictures."""
    images = [render(draw_picture(ranges, seed, index)).image for index in range(number)]
    return make_sheet(images, columns, zoom)


def owner_sheet(ranges: Ranges, seed: int = 0, number: int = 30, columns: int = 5, zoom: int = 2) -> np.ndarray:
    """Return a sheet of pictures, each beside the things that are seen in it."""
    renderings = [render(draw_picture(ranges, seed, index)) for index in range(number)]
    return make_sheet([np.hstack([found.image, paint_owners(found)]) for found in renderings], columns, zoom)


def form_sheet(columns: int = 16, side: int = 80) -> np.ndarray:
    """Return a sheet of all forms with their names, each alone and in full view."""
    alone = replace(
        CLEAR,
        side=side,
        textures=('flat', 'slope', 'clouds'),
        num_things=(1, 1),
        thing_size=(0.78, 0.84),
        margin=0.5,
        turn=(0, 0),
        stretch=(1, 1),
        shear=(0, 0),
        mirror=False,
        num_fragments=(0, 0),
        num_strands=(0, 0),
        backdrops=('surface',),
        ground_textures=('flat', 'slope'),
        tilt=(0, 0),
        roll=(0, 0),
    )
    pictures = [draw_picture(replace(alone, forms=(name,)), 0, index) for index, name in enumerate(ALL_FORMS)]
    return make_sheet([render(picture).image for picture in pictures], columns, captions=list(ALL_FORMS))


def texture_sheet(columns: int = 12, side: int = 112) -> np.ndarray:
    """Return a sheet of all textures with their names, each in a palette of its own."""
    images = []
    for index, name in enumerate(TEXTURES):
        palette = draw_picture(CLEAR, 0, index).things[0].paint.palette
        images.append(make_ramp(palette)[find_tile(name, index % 3)[:side, :side]])
    return make_sheet(images, columns, captions=list(TEXTURES))

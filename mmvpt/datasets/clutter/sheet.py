"""Many pictures beside each other, to look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .render import Picture

#: Space between pictures, in pixels.
WHITE = 2


def draw_sheet(pictures: Sequence[Picture], columns: int = 12, maps: bool = False) -> np.ndarray:
    """Lay pictures out in rows, white between them (height, width, 3), uint8.

    Args:
        pictures: Of one size.
        columns: Pictures of a row.
        maps: Whether to show the things in plain colours instead.
    """
    colours = np.random.default_rng(1).integers(60, 255, (256, 3)).astype(np.uint8)
    colours[0] = 0
    tiles = [colours[picture.things] if maps else picture.image for picture in pictures]
    side = len(tiles[0]) + WHITE
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * side + WHITE, columns * side + WHITE, 3), 255, np.uint8)
    for place, tile in enumerate(tiles):
        top, left = WHITE + place // columns * side, WHITE + place % columns * side
        sheet[top : top + len(tile), left : left + len(tile)] = tile
    return sheet

"""The picture at a place of a stream of them."""

from __future__ import annotations

import numpy as np

from .clutter import Clutter
from .draw import Ranges, draw_clutter
from .render import Picture, render


def draw_picture(seed: int, index: int, side: int, ranges: Ranges) -> tuple[Clutter, Picture]:
    """Draw a picture of a stream: the same bits in any order, in any process."""
    clutter = draw_clutter(np.random.default_rng([seed, index]), ranges)
    return clutter, render(clutter, side)

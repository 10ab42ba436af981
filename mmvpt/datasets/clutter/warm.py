"""Warming up: what pictures are made of, before the first of them."""

from __future__ import annotations

from .outlines import NUM_VARIANTS, find_silhouette
from .ranges import Ranges
from .textures import NUM_TILES, find_tile


def warm_up(ranges: Ranges) -> None:
    """Make all outlines and tiles that ranges may ask for.

    Each is otherwise made when it is first needed. Do this before worker processes are forked, which then share them.
    """
    for name in ranges.forms:
        for variant in range(NUM_VARIANTS):
            find_silhouette(name, variant)
    for name in {*ranges.textures, *ranges.ground_textures}:
        for number in range(NUM_TILES):
            find_tile(name, number)

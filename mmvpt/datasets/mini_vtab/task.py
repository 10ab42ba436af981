"""Tasks that name what is in pictures of Clutter, as image folders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ..clutter import Picture, Ranges, Rendering, draw_picture, render
from ..clutter.drawn import EDITION, make_parts
from ..drawing.layouts import ClassFolders

TITLE = 'Mini-VTAB'


@dataclass(frozen=True)
class Drawn:
    """A picture and its pixels, for the class that was asked for."""

    wanted: str
    picture: Picture
    rendering: Rendering


class ClutterTask(ClassFolders[Drawn]):
    """Exporter of a task with 1,000 training images, of which a fifth is for selection, as in VTAB-1k.

    Pictures are drawn until one has the wanted class, so that everything else keeps its distribution.

    Args:
        name: Name of the task.
        classes: Its classes.
        ranges: What pictures of a class are drawn from.
        named: The class of a picture by what is drawn; None where the ranges decide it.
        seen: Whether a rendered picture is of a class; None where what is drawn decides it.
    """

    title = TITLE
    splits = dict(train=1000, test=1000)
    edition = EDITION

    def __init__(
        self,
        name: str,
        classes: Sequence[str],
        ranges: Callable[[str], Ranges],
        named: Callable[[Picture], str] | None = None,
        seen: Callable[[str, Rendering], bool] | None = None,
    ) -> None:
        self.name, self.classes = name, tuple(classes)
        self.ranges, self.named, self.seen = ranges, named, seen

    def describe(self) -> object:
        return {name: asdict(self.ranges(name)) for name in self.classes}

    def prepare(self) -> None:
        for name in self.classes:
            make_parts(self.ranges(name))

    def draw_class(self, rng: np.random.Generator, name: str, size: int) -> Drawn:
        ranges = self.ranges(name).at(size)
        while True:
            picture = draw_picture(ranges, int(rng.integers(2**32)), 0)
            if self.named and self.named(picture) != name:
                continue
            rendering = render(picture)
            if self.seen is None or self.seen(name, rendering):
                return Drawn(name, picture, rendering)

    def label(self, scene: Drawn) -> str:
        return scene.wanted

    def image(self, scene: Drawn) -> np.ndarray:
        return scene.rendering.image

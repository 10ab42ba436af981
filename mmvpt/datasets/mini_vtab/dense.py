"""The two dense sets: things among clutter, by pixels in the layout of ADE20K, and by objects in that of COCO."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial

import numpy as np

from ..clutter import CLEAR, Ranges, draw_picture, make_label_map, render
from ..clutter.drawn import EDITION, make_parts
from ..drawing import layouts
from ..drawing.layouts import Exporter
from .task import TITLE, Drawn

#: Things that no base has seen, of many outlines.
SEGMENTED = ('teapot', 'butterfly', 'helicopter', 'envelope', 'shirt', 'duck', 'cactus', 'snowman')
#: On the ground of the clear pictures, a few of them at a time.
SEEN_CLEARLY = replace(
    CLEAR, forms=SEGMENTED, num_things=(1, 3), thing_size=(0.4, 0.65), turn=(-20, 20), num_fragments=(4, 16)
)


class OfClutter(Exporter[Drawn]):
    """What the dense sets share."""

    title = TITLE
    edition = EDITION
    ranges: Ranges = SEEN_CLEARLY

    def describe(self) -> object:
        return asdict(self.ranges)

    def prepare(self) -> None:
        make_parts(self.ranges)

    def draw(self, rng: np.random.Generator, index: int, size: int) -> Drawn:
        picture = draw_picture(self.ranges.at(size), int(rng.integers(2**32)), 0)
        return Drawn('', picture, render(picture))

    def image(self, scene: Drawn) -> np.ndarray:
        return scene.rendering.image


class Segmentation(layouts.LabelMapFiles[Drawn], OfClutter):
    """Which thing is seen at each pixel, or the ground."""

    name = 'segmentation'
    classes = ('ground', *SEGMENTED)
    size = 96
    splits = dict(train=1000, val=300)

    def label_map(self, scene: Drawn) -> np.ndarray:
        return make_label_map(
            scene.picture, scene.rendering, {name: 2 + place for place, name in enumerate(SEGMENTED)}, 1
        )


class Detection(layouts.Instances[Drawn], OfClutter):
    """Box and mask of each thing."""

    name = 'detection'
    classes = SEGMENTED
    size = 128
    splits = dict(train=1000, val=300)

    def instances(self, scene: Drawn) -> Iterator[tuple[str, np.ndarray]]:
        for index, thing in enumerate(scene.picture.things):
            yield thing.form, scene.rendering.owners == index

    def stuff_map(self, scene: Drawn) -> np.ndarray:
        ids = partial(make_label_map, scene.picture, scene.rendering)
        return ids({name: place for place, name in enumerate(SEGMENTED)}, len(SEGMENTED))

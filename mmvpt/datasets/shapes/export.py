"""The formats of Shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import ClassVar

import numpy as np

from ..drawing import layouts
from ..drawing.layouts import Exporter
from .forms import FORMS
from .render import GROUND, STROKE, render_image, render_owners
from .scene import GROUP, LANDSCAPE, PORTRAIT, Scene, Style, draw_scene

#: Exporters by the name of their folder; every subclass of ``OfShapes`` with a name is added.
EXPORTERS: dict[str, Exporter[Scene]] = {}


class OfShapes(Exporter[Scene]):
    """What the formats of Shapes share."""

    title = 'Shapes'
    style: ClassVar[Style]

    def __init_subclass__(cls) -> None:
        if 'name' in vars(cls):
            EXPORTERS[cls.name] = cls()

    def describe(self) -> object:
        return asdict(self.style)

    def draw(self, rng: np.random.Generator, index: int, size: int) -> Scene:
        return draw_scene(rng, self.style, size)

    def image(self, scene: Scene) -> np.ndarray:
        return render_image(scene)


class ImageFolder(layouts.ClassFolders[Scene], OfShapes):
    """Image folders."""


class Classification(ImageFolder):
    """Classification: the class is the form of the one shape."""

    name = 'classification'
    classes = tuple(sorted(FORMS))
    style = PORTRAIT
    splits = dict(train=6400, val=600)

    def draw_class(self, rng: np.random.Generator, name: str, size: int) -> Scene:
        return draw_scene(rng, self.style, size, forms=[name])

    def label(self, scene: Scene) -> str:
        (shape,) = scene.shapes
        return shape.form


class ADE20K(layouts.LabelMapFiles[Scene], OfShapes):
    """Segmentation; 0 marks the strokes."""

    name = 'segmentation'
    classes = ('ground', *FORMS)
    style = LANDSCAPE
    splits = dict(train=2000, val=400)

    def label_map(self, scene: Scene) -> np.ndarray:
        ids = {STROKE: 0, GROUND: 1}
        for index, shape in enumerate(scene.shapes):
            ids[index] = 1 + self.classes.index(shape.form)
        owners = render_owners(scene)
        return np.select([owners == owner for owner in ids], list(ids.values())).astype(np.uint8)


class COCO(layouts.Instances[Scene], OfShapes):
    """Detection, with masks and stuff; 255 marks the strokes."""

    name = 'detection'
    classes = tuple(FORMS)
    style = GROUP
    size = 128
    splits = dict(train=1000, val=200)

    def instances(self, scene: Scene) -> Iterator[tuple[str, np.ndarray]]:
        owners = render_owners(scene)
        for index, shape in enumerate(scene.shapes):
            yield shape.form, owners == index

    def stuff_map(self, scene: Scene) -> np.ndarray:
        ids = {STROKE: 255, GROUND: len(self.classes)}
        ids |= {index: self.classes.index(shape.form) for index, shape in enumerate(scene.shapes)}
        owners = render_owners(scene)
        return np.select([owners == owner for owner in ids], list(ids.values())).astype(np.uint8)

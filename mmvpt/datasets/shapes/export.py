"""Shapes on disk, in the layouts that the hosts' own data sets read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from .forms import FORMS
from .render import GROUND, STROKE, render_image, render_owners
from .scene import LANDSCAPE, PORTRAIT, Scene, Style, draw_scene

#: Every format with the name of its folder; ``Exporter`` fills it.
EXPORTERS: dict[str, Exporter] = {}


class Exporter(ABC):
    """One format: which scenes it shows, and the files it makes of a scene.

    A subclass is known by its ``name`` from the moment it is defined.
    """

    name: ClassVar[str]
    classes: ClassVar[tuple[str, ...]]
    style: ClassVar[Style]
    #: How many pictures each split holds unless asked otherwise.
    splits: ClassVar[dict[str, int]]

    def __init_subclass__(cls) -> None:
        EXPORTERS[cls.name] = cls()

    def draw(self, rng: np.random.Generator, index: int, size: int) -> Scene:
        """Draw the scene of a picture."""
        return draw_scene(rng, self.style, size)

    @abstractmethod
    def write(self, root: Path, split: str, index: int, scene: Scene) -> None:
        """Write the files of one scene."""


class ImageFolder(Exporter):
    """Classification: ``train/star/00042.png``, the class is the form of the one shape."""

    name = 'classification'
    classes = tuple(sorted(FORMS))
    style = PORTRAIT
    splits = dict(train=6400, val=600)

    def draw(self, rng: np.random.Generator, index: int, size: int) -> Scene:
        """Draw the classes in turn, so that none is rare."""
        return draw_scene(rng, self.style, size, forms=[self.classes[index % len(self.classes)]])

    def write(self, root: Path, split: str, index: int, scene: Scene) -> None:
        (shape,) = scene.shapes
        save_image(root / split / shape.form / f'{index:05d}.png', render_image(scene))


class ADE20K(Exporter):
    """Segmentation: ``images/training/00042.jpg`` and ``annotations/training/00042.png``.

    Ids count from 1; 0 marks the strokes, which belong to no class.
    """

    name = 'segmentation'
    classes = ('ground', *FORMS)
    style = LANDSCAPE
    splits = dict(train=2000, val=400)
    folders: ClassVar = dict(train='training', val='validation')

    def write(self, root: Path, split: str, index: int, scene: Scene) -> None:
        folder, stem = self.folders[split], f'{index:05d}'
        save_image(root / 'images' / folder / f'{stem}.jpg', render_image(scene))
        save_image(root / 'annotations' / folder / f'{stem}.png', self.label_map(scene))

    def label_map(self, scene: Scene) -> np.ndarray:
        """Ids of the classes, (size, size), uint8."""
        ids = {STROKE: 0, GROUND: 1}
        for index, shape in enumerate(scene.shapes):
            ids[index] = 1 + self.classes.index(shape.form)
        owners = render_owners(scene)
        return np.select([owners == owner for owner in ids], list(ids.values())).astype(np.uint8)


def save_image(path: Path, image: np.ndarray) -> None:
    """Encode an RGB image or a label map by the suffix of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = image[..., ::-1] if image.ndim == 3 else image
    options = [cv2.IMWRITE_JPEG_QUALITY, 95] if path.suffix == '.jpg' else []
    done, data = cv2.imencode(path.suffix, pixels, options)
    assert done, f'OpenCV cannot encode {path.suffix}'
    path.write_bytes(data.tobytes())

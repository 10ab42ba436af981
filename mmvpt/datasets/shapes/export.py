"""Exporters that write Shapes in the layouts of the hosts' own data sets."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from .forms import FORMS
from .render import GROUND, STROKE, render_image, render_owners
from .scene import GROUP, LANDSCAPE, PORTRAIT, Scene, Style, draw_scene
from .segments import bounding_box, encode_mask

#: Exporters by the name of their folder; every subclass of ``Exporter`` with a name is added.
EXPORTERS: dict[str, Exporter] = {}


class Exporter(ABC):
    """Exporter of one format: it draws scenes and writes their files.

    A subclass with a ``name`` is registered when it is defined.
    """

    name: ClassVar[str]
    classes: ClassVar[tuple[str, ...]]
    style: ClassVar[Style]
    #: Default height and width of the images.
    size: ClassVar[int]
    #: Default number of images in each split.
    splits: ClassVar[dict[str, int]]

    def __init_subclass__(cls) -> None:
        if 'name' in vars(cls):
            EXPORTERS[cls.name] = cls()

    def draw(self, rng: np.random.Generator, index: int, size: int) -> Scene:
        """Draw the scene of an image."""
        return draw_scene(rng, self.style, size)

    @abstractmethod
    def write(self, root: Path, split: str, index: int, scene: Scene) -> dict | None:
        """Write the files of one scene, and return what ``finish`` needs of it."""

    def finish(self, root: Path, split: str, records: list[dict]) -> None:  # noqa: B027  most formats need none
        """Write the files of a complete split, from the results of ``write`` for its scenes, in order."""


class ImageFolder(Exporter):
    """Image folders, one for each class: ``train/star/00042.png``."""

    size = 64

    def draw(self, rng: np.random.Generator, index: int, size: int) -> Scene:
        """Draw the classes in turn, so that none is rare."""
        return self.draw_class(rng, self.classes[index % len(self.classes)], size)

    @abstractmethod
    def draw_class(self, rng: np.random.Generator, name: str, size: int) -> Scene:
        """Draw a scene of one class."""

    @abstractmethod
    def label(self, scene: Scene) -> str:
        """Return the class of a scene."""

    def write(self, root: Path, split: str, index: int, scene: Scene) -> None:
        save_image(root / split / self.label(scene) / f'{index:05d}.png', render_image(scene))


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


class ADE20K(Exporter):
    """Segmentation: ``images/training/00042.jpg`` and ``annotations/training/00042.png``.

    Ids count from 1; 0 marks the strokes, which belong to no class.
    """

    name = 'segmentation'
    classes = ('ground', *FORMS)
    style = LANDSCAPE
    size = 64
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


class COCO(Exporter):
    """Detection: ``train2017/000042.jpg`` and its part of ``annotations/instances_train2017.json``.

    ``stuffthingmaps/train2017/000042.png`` has the id of the category less 1 for shapes, as COCO-stuff has it, the
    next id for the background, and 255 for the strokes, which belong to no class.
    """

    name = 'detection'
    classes = tuple(FORMS)
    style = GROUP
    size = 128
    splits = dict(train=1000, val=200)
    #: No instance has less than this share of the image, because its form could not be recognised.
    smallest = 1 / 256

    def write(self, root: Path, split: str, index: int, scene: Scene) -> dict[str, object]:
        folder, stem = f'{split}2017', f'{index + 1:06d}'
        owners = render_owners(scene)
        save_image(root / folder / f'{stem}.jpg', render_image(scene))
        save_image(root / 'stuffthingmaps' / folder / f'{stem}.png', self.label_map(scene, owners))
        picture = dict(id=index + 1, file_name=f'{stem}.jpg', width=scene.size, height=scene.size, license=1)
        return dict(picture, instances=list(self.instances(scene, owners)))

    def finish(self, root: Path, split: str, records: list[dict]) -> None:
        found = [dict(item, image_id=record['id']) for record in records for item in record['instances']]
        whole = dict(
            info=dict(description=f'Shapes, {split}'),
            licenses=[dict(id=1, name='Apache-2.0', url='https://www.apache.org/licenses/LICENSE-2.0')],
            images=[{key: value for key, value in record.items() if key != 'instances'} for record in records],
            annotations=[dict(item, id=number) for number, item in enumerate(found, start=1)],
            categories=[
                dict(id=number, name=name, supercategory='shape') for number, name in enumerate(self.classes, start=1)
            ],
        )
        path = root / 'annotations' / f'instances_{split}2017.json'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(whole, separators=(',', ':')))

    def instances(self, scene: Scene, owners: np.ndarray) -> Iterator[dict[str, object]]:
        """Describe what can be seen of each shape."""
        for index, shape in enumerate(scene.shapes):
            mask = owners == index
            if mask.mean() >= self.smallest:
                yield dict(
                    category_id=1 + self.classes.index(shape.form),
                    bbox=bounding_box(mask),
                    area=int(mask.sum()),
                    iscrowd=0,
                    segmentation=encode_mask(mask),
                )

    def label_map(self, scene: Scene, owners: np.ndarray) -> np.ndarray:
        """Ids of things and stuff, (size, size), uint8."""
        ids = {STROKE: 255, GROUND: len(self.classes)}
        ids |= {index: self.classes.index(shape.form) for index, shape in enumerate(scene.shapes)}
        return np.select([owners == owner for owner in ids], list(ids.values())).astype(np.uint8)


def save_image(path: Path, image: np.ndarray) -> None:
    """Encode an RGB image or a label map by the suffix of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = image[..., ::-1] if image.ndim == 3 else image
    options = [cv2.IMWRITE_JPEG_QUALITY, 95] if path.suffix == '.jpg' else []
    done, data = cv2.imencode(path.suffix, pixels, options)
    assert done, f'OpenCV cannot encode {path.suffix}'
    path.write_bytes(data.tobytes())

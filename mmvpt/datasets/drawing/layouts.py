"""Exporters: they draw scenes and write their files, in the layouts of the hosts' own data sets."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

import cv2
import numpy as np

from .segments import bounding_box, encode_mask

Drawing = TypeVar('Drawing')


class Exporter(ABC, Generic[Drawing]):
    """Exporter of one format of a data set.

    Attributes:
        title: Name of the data set.
        name: Name of the format, and of its folder.
        classes: Names of its classes.
        size: Default height and width of the images.
        splits: Default number of images in each split.
        edition: Raised with every change of code that lets the same request draw something else.
    """

    title: ClassVar[str]
    name: str
    classes: Sequence[str]
    size: int = 64
    splits: ClassVar[Mapping[str, int]]
    edition: ClassVar[int] = 1

    @abstractmethod
    def describe(self) -> object:
        """Return what scenes are drawn from, in types that JSON knows."""

    def prepare(self) -> None:  # noqa: B027  most have nothing to prepare
        """Make what all scenes need, before processes are started that draw them."""

    @abstractmethod
    def draw(self, rng: np.random.Generator, index: int, size: int) -> Drawing:
        """Draw the scene of an image."""

    @abstractmethod
    def image(self, scene: Drawing) -> np.ndarray:
        """Return the pixels of a scene, RGB."""

    @abstractmethod
    def write(self, root: Path, split: str, index: int, scene: Drawing) -> dict | None:
        """Write the files of one scene, and return what ``finish`` needs of it."""

    def finish(self, root: Path, split: str, records: list[dict]) -> None:  # noqa: B027  most formats need none
        """Write the files of a complete split, from the results of ``write`` for its scenes, in order."""


class ClassFolders(Exporter[Drawing]):
    """Image folders, one for each class: ``train/star/00042.png``."""

    def draw(self, rng: np.random.Generator, index: int, size: int) -> Drawing:
        """Draw the classes in turn, so that none is rare."""
        return self.draw_class(rng, self.classes[index % len(self.classes)], size)

    @abstractmethod
    def draw_class(self, rng: np.random.Generator, name: str, size: int) -> Drawing:
        """Draw a scene of one class."""

    @abstractmethod
    def label(self, scene: Drawing) -> str:
        """Return the class of a scene."""

    def write(self, root: Path, split: str, index: int, scene: Drawing) -> None:
        save_image(root / split / self.label(scene) / f'{index:05d}.png', self.image(scene))


class LabelMapFiles(Exporter[Drawing]):
    """Segmentation: ``images/training/00042.jpg`` and ``annotations/training/00042.png``.

    Ids count from 1; 0 marks what belongs to no class.
    """

    folders: ClassVar = dict(train='training', val='validation')

    @abstractmethod
    def label_map(self, scene: Drawing) -> np.ndarray:
        """Ids of the classes, (size, size), uint8."""

    def write(self, root: Path, split: str, index: int, scene: Drawing) -> None:
        folder, stem = self.folders[split], f'{index:05d}'
        save_image(root / 'images' / folder / f'{stem}.jpg', self.image(scene))
        save_image(root / 'annotations' / folder / f'{stem}.png', self.label_map(scene))


class Instances(Exporter[Drawing]):
    """Detection: ``train2017/000042.jpg`` and its part of ``annotations/instances_train2017.json``.

    ``stuffthingmaps/train2017/000042.png`` has the id of the category less 1 for things, as COCO-stuff has it, the
    next id for the background, and 255 for what belongs to no class.
    """

    #: No instance has less than this share of the image, because its form could not be recognised.
    smallest: ClassVar[float] = 1 / 256

    @abstractmethod
    def instances(self, scene: Drawing) -> Iterable[tuple[str, np.ndarray]]:
        """Class and mask of each thing, (size, size), bool."""

    @abstractmethod
    def stuff_map(self, scene: Drawing) -> np.ndarray:
        """Ids of things and stuff, (size, size), uint8."""

    def write(self, root: Path, split: str, index: int, scene: Drawing) -> dict[str, object]:
        folder, stem = f'{split}2017', f'{index + 1:06d}'
        pixels = self.image(scene)
        save_image(root / folder / f'{stem}.jpg', pixels)
        save_image(root / 'stuffthingmaps' / folder / f'{stem}.png', self.stuff_map(scene))
        height, width = pixels.shape[:2]
        picture = dict(id=index + 1, file_name=f'{stem}.jpg', width=width, height=height, license=1)
        return dict(picture, instances=list(self.records(self.instances(scene))))

    def records(self, instances: Iterable[tuple[str, np.ndarray]]) -> Iterator[dict[str, object]]:
        """Describe what can be seen of each thing."""
        for name, mask in instances:
            if mask.mean() >= self.smallest:
                yield dict(
                    category_id=1 + self.classes.index(name),
                    bbox=bounding_box(mask),
                    area=int(mask.sum()),
                    iscrowd=0,
                    segmentation=encode_mask(mask),
                )

    def finish(self, root: Path, split: str, records: list[dict]) -> None:
        found = [dict(item, image_id=record['id']) for record in records for item in record['instances']]
        whole = dict(
            info=dict(description=f'{self.title}, {split}'),
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


def save_image(path: Path, image: np.ndarray) -> None:
    """Encode an RGB image or a label map by the suffix of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = image[..., ::-1] if image.ndim == 3 else image
    options = [cv2.IMWRITE_JPEG_QUALITY, 95] if path.suffix == '.jpg' else []
    done, data = cv2.imencode(path.suffix, pixels, options)
    assert done, f'OpenCV cannot encode {path.suffix}'
    path.write_bytes(data.tobytes())

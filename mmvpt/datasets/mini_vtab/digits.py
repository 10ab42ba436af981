"""Handwritten digits of people: the 1,797 that scikit-learn comes with, of 8 x 8 pixels."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from mmvpt.text.refused import Refused

from ..drawing.layouts import Exporter, save_image
from .task import TITLE

#: The first so many are for training, the others for the test, as the file has them.
NUM_TRAIN, NUM_TEST = 1000, 797
#: The largest value of a pixel.
WHITE = 16


class Digits(Exporter[np.ndarray]):
    """The digits as an image folder. No base has seen a digit, not even a printed one."""

    title = TITLE
    name = 'digits'
    classes = tuple('0123456789')
    splits = dict(train=NUM_TRAIN, test=NUM_TEST)

    def describe(self) -> object:
        return 'sklearn.datasets.load_digits'

    def draw(self, rng: np.random.Generator, index: int, size: int) -> np.ndarray:
        return np.array((index, size))

    def image(self, scene: np.ndarray) -> np.ndarray:
        index, size = scene
        pixels = load_digits()[0][index].astype(np.float32) * (255 / WHITE)
        large = cv2.resize(pixels, (int(size), int(size)), interpolation=cv2.INTER_LINEAR)
        return np.repeat(large.round().astype(np.uint8)[..., None], 3, axis=2)

    def write(self, root: Path, split: str, index: int, scene: np.ndarray) -> None:
        most = self.splits[split]
        if index >= most:
            raise Refused(f'{split}: there are {most} handwritten digits for it, and more were asked for.')
        place = index + (NUM_TRAIN if split == 'test' else 0)
        label = self.classes[load_digits()[1][place]]
        save_image(root / split / label / f'{index:05d}.png', self.image(np.array((place, scene[1]))))


@cache
def load_digits() -> tuple[np.ndarray, np.ndarray]:
    """All images and labels."""
    try:
        from sklearn import datasets
    except ModuleNotFoundError as error:
        raise Refused('The digits of Mini-VTAB come with scikit-learn: pip install scikit-learn.') from error
    found = datasets.load_digits()
    return found.images, found.target

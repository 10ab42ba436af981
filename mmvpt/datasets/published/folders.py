"""Data sets of a folder for each class: Caltech-101, ImageNet-A and ImageNet-R."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

from ..image_list import Listed
from .published import Published, Reader, in_folders

#: Training images of each class of Caltech-101, as its page suggests; which ones is for everyone to draw.
PER_CLASS = 30


def read_caltech101(root: Path) -> Published:
    """102 classes, the background among them: 30 images of each, drawn with seed 0, are for training."""
    found = in_folders(root, '101_ObjectCategories')
    groups: dict[int, list[Listed]] = {}
    for image in found.splits['all']:
        groups.setdefault(image.label, []).append(image)
    draw = Random(0)
    chosen = {image for images in groups.values() for image in draw.sample(images, min(PER_CLASS, len(images)))}
    train = [image for image in found.splits['all'] if image in chosen]
    test = [image for image in found.splits['all'] if image not in chosen]
    return Published(found.classes, {'train': train, 'test': test})


def _read_tests(root: Path, folder: str) -> Published:
    """Images to test on alone; the 200 classes are numbers of WordNet, in the order of ImageNet's 1,000."""
    found = in_folders(root, folder)
    return Published(found.classes, {'test': found.splits['all']})


read_imagenet_a: Reader = partial(_read_tests, folder='imagenet-a')
read_imagenet_r: Reader = partial(_read_tests, folder='imagenet-r')

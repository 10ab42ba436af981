"""Write tiny data sets of noise in the true formats."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np


def make_ade(
    root: Path,
    num_images: int = 8,
    size: int = 32,
    num_classes: int = 6,
    splits: tuple = ('training', 'validation'),
) -> Path:
    """Images and label maps in the layout of ADE20K: id 0 is nothing, 1 is the first class."""
    rng = np.random.default_rng(0)
    for split in splits:
        for index in range(num_images):
            image = rng.integers(0, 256, (size, size, 3), np.uint8)
            labels = np.repeat(
                np.repeat(rng.integers(0, num_classes + 1, (4, 4), np.uint8), size // 4, 0), size // 4, 1
            )
            _write(root / 'images' / split / f'{index:04d}.jpg', image)
            _write(root / 'annotations' / split / f'{index:04d}.png', labels)
    return root


def make_image_folder(
    root: Path, num_images: int = 4, size: int = 32, num_classes: int = 3, splits: tuple = ('train', 'val')
) -> Path:
    """Images in a folder for each class, brighter from class to class."""
    rng = np.random.default_rng(0)
    for split in splits:
        for label in range(num_classes):
            for index in range(num_images):
                image = rng.integers(60 * label, 60 * label + 100, (size, size, 3), np.uint8)
                _write(root / split / f'class{label}' / f'{index:04d}.png', image)
    return root


def _write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


def make_cub(root: Path, num_images: int = 4, size: int = 32) -> Path:
    """Images and the three text files of CUB-200-2011; the first image of each two is for training."""
    rng = np.random.default_rng(0)
    names = [f'{index % 200 + 1:03d}.Bird/{index:04d}.jpg' for index in range(2 * num_images)]
    for name in names:
        _write(root / 'images' / name, rng.integers(0, 256, (size, size, 3), np.uint8))
    columns = {
        'images.txt': names,
        'image_class_labels.txt': [index % 200 + 1 for index in range(len(names))],
        'train_test_split.txt': [1 - index % 2 for index in range(len(names))],
    }
    for file, column in columns.items():
        lines = (f'{index} {value}\n' for index, value in enumerate(column, start=1))
        (root / file).write_text(''.join(lines))
    return root

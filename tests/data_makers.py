"""Write tiny data sets of noise in the true formats."""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmvpt.datasets.coco_categories import COCO_CATEGORIES


def make_ade(
    root: Path,
    num_images: int = 8,
    size: int = 32,
    num_classes: int = 6,
    splits: tuple = ('training', 'validation'),
    cells: int = 4,
) -> Path:
    """Images and label maps in the layout of ADE20K: id 0 is nothing, 1 is the first class.

    A label map is a board of ``cells`` times ``cells`` squares; ids come in turn, in an order drawn for each split.
    """
    rng = np.random.default_rng(0)
    square = np.ones((size // cells, size // cells), np.uint8)
    for split in splits:
        ids = rng.permutation(num_images * cells**2) % (num_classes + 1)
        for index, board in enumerate(ids.astype(np.uint8).reshape(num_images, cells, cells)):
            image = rng.integers(0, 256, (size, size, 3), np.uint8)
            _write(root / 'images' / split / f'{index:04d}.jpg', image)
            _write(root / 'annotations' / split / f'{index:04d}.png', np.kron(board, square))
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


def make_coco(
    root: Path,
    num_images: int = 4,
    size: int = 64,
    num_classes: int = 80,
    stuff: bool = True,
    splits: tuple = ('train2017', 'val2017'),
) -> Path:
    """Images, instances and label maps in the layout of COCO 2017, with the first of its real categories.

    Each image has one box with a polygon and one with run lengths; classes come in turn.
    """
    rng = np.random.default_rng(0)
    categories = dict(list(COCO_CATEGORIES.items())[:num_classes])
    for split in splits:
        images, annotations = [], []
        for number in range(1, num_images + 1):
            stem = f'{number:012d}'
            images.append(dict(id=number, file_name=f'{stem}.jpg', width=size, height=size))
            labels = rng.choice([91, 181, 255], (size, size)).astype(np.uint8)  # stuff, and what nobody labelled
            for half in range(2):
                found = _coco_instance(half, size, list(categories)[len(annotations) % num_classes])
                annotations.append(dict(found, id=1 + len(annotations), image_id=number))
                x, y, width, height = found['bbox']
                labels[y : y + height, x : x + width] = found['category_id'] - 1
            _write(root / split / f'{stem}.jpg', rng.integers(0, 256, (size, size, 3), np.uint8))
            if stuff:
                _write(root / 'stuffthingmaps' / split / f'{stem}.png', labels)
        whole = dict(
            info=dict(description='noise'),
            licenses=[],
            images=images,
            annotations=annotations,
            categories=[dict(id=number, name=name, supercategory='any') for number, name in categories.items()],
        )
        (root / 'annotations').mkdir(exist_ok=True)
        (root / 'annotations' / f'instances_{split}.json').write_text(json.dumps(whole))
    return root


def _coco_instance(half: int, size: int, category: int) -> dict[str, Any]:
    """A rectangle in the left half, by its corners, or in the right one, by the lengths of its runs."""
    x, y, width, height = half * size // 2 + 2, size // 8, size // 2 - 4, size // 2
    corners = [x, y, x + width, y, x + width, y + height, x, y + height]
    runs = [x * size + y, *[height, size - height] * (width - 1), height, size - y - height + (size - x - width) * size]
    return dict(
        category_id=category,
        bbox=[x, y, width, height],
        area=width * height,
        iscrowd=0,
        segmentation=dict(size=[size, size], counts=runs) if half else [corners],
    )


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


def make_vtab(root: Path, task: str, num_images: int = 2, num_classes: int = 3, size: int = 32) -> Path:
    """A task of VTAB-1k: so many images for train and test, half of them for val, and the four lists."""
    rng = np.random.default_rng(0)
    lists = {}
    for split, number in (('train800', num_images), ('val200', (num_images + 1) // 2), ('test', num_images)):
        names = [f'images/{split}/{index:06d}.png' for index in range(number)]
        for name in names:
            _write(root / task / name, rng.integers(0, 256, (size, size, 3), np.uint8))
        lists[split] = ''.join(f'{name} {index % num_classes}\n' for index, name in enumerate(names))
    lists['train800val200'] = lists['train800'] + lists['val200']
    for split, text in lists.items():
        (root / task / f'{split}.txt').write_text(text)
    return root / task


def make_lists(root: Path, num_classes: int, num_images: int = 4, size: int = 32) -> Path:
    """A folder as ``mmvpt prepare`` leaves it: so many images in each list."""
    rng = np.random.default_rng(0)
    lines: dict[str, list[str]] = {}
    for split in ('train', 'val', 'test'):
        for index in range(num_images):
            name = f'images/{split}{index}.png'
            _write(root / name, rng.integers(0, 256, (size, size, 3), np.uint8))
            lines.setdefault(split, []).append(f'{name} {index % num_classes}')
    for split, some in {**lines, 'trainval': lines['train'] + lines['val']}.items():
        (root / f'{split}.txt').write_text(''.join(f'{line}\n' for line in some))
    (root / 'class_names.txt').write_text(''.join(f'class {label}\n' for label in range(num_classes)))
    return root


def make_cifar100(root: Path, num_images: int = 4, labels: Sequence[int] | None = None) -> Path:
    """Images and labels in the two pickles of CIFAR-100: rows of 3 x 32 x 32 bytes, red first."""
    return _make_cifar(root / 'cifar-100-python', ('train', 'test'), 'fine_labels', 100, num_images, labels)


def make_cifar10(root: Path, num_images: int = 4, labels: Sequence[int] | None = None) -> Path:
    """The same in two pickles of CIFAR-10."""
    return _make_cifar(root / 'cifar-10-batches-py', ('data_batch_1', 'test_batch'), 'labels', 10, num_images, labels)


def _make_cifar(
    folder: Path, names: Sequence[str], key: str, num_classes: int, num_images: int, labels: Sequence[int] | None
) -> Path:
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for name in names:
        found = rng.integers(0, num_classes, num_images).tolist() if labels is None else list(labels)
        batch = {'data': rng.integers(0, 256, (len(found), 3 * 32 * 32), np.uint8), key: found}
        (folder / name).write_bytes(pickle.dumps(batch))
    return folder.parent

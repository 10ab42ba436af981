"""Stanford Dogs and Stanford Cars: files of MATLAB with a line for each image."""

from __future__ import annotations

from pathlib import Path

from ..image_list import Listed
from .published import Published, read_mat


def read_dogs(root: Path) -> Published:
    """Classes are folders such as ``n02085620-Chihuahua``, numbered in their order."""
    splits: dict[str, list[Listed]] = {}
    names: dict[int, str] = {}
    for split in ('train', 'test'):
        files, labels = read_mat(root / f'{split}_list.mat', 'file_list', 'labels')
        splits[split] = [Listed(f'Images/{file}', int(label) - 1) for file, label in zip(files, labels, strict=True)]
        names |= {int(label) - 1: str(file).partition('/')[0] for file, label in zip(files, labels, strict=True)}
    return Published([names[label].partition('-')[2].replace('_', ' ') for label in sorted(names)], splits)


def read_cars(root: Path) -> Published:
    """One list of all images, ``car_ims/000001.jpg`` and so on, in which a number tells test images."""
    annotations, names = read_mat(root / 'cars_annos.mat', 'annotations', 'class_names')
    splits: dict[str, list[Listed]] = {'train': [], 'test': []}
    for row in annotations.reshape(-1):
        split = 'test' if int(row['test']) else 'train'
        splits[split].append(Listed(str(row['relative_im_path']), int(row['class']) - 1))
    return Published([str(name) for name in names.reshape(-1)], splits)

"""Oxford-IIIT Pets: lists with the name of an image, its class, and more that is not needed."""

from __future__ import annotations

from pathlib import Path

from ..image_list import Listed
from .published import Published, number, read_column

NUM_BREEDS = 37


def read_pets(root: Path) -> Published:
    """The name of an image begins with that of its breed: ``Abyssinian_100``."""
    splits, names = {}, {}
    for split, file in (('train', 'trainval'), ('test', 'test')):
        path = root / 'annotations' / f'{file}.txt'
        listed = []
        for name, rest in read_column(path).items():
            label = number(path, rest.split()[0], 1, NUM_BREEDS) - 1
            names[label] = name.rpartition('_')[0].replace('_', ' ')
            listed.append(Listed(f'images/{name}.jpg', label))
        splits[split] = listed
    return Published([names.get(label, f'breed {label + 1}') for label in range(NUM_BREEDS)], splits)

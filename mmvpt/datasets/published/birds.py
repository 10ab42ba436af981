"""CUB-200-2011 and NABirds: text files that number images, classes and splits alike."""

from __future__ import annotations

from pathlib import Path

from mmvpt.files.refuse import refuse

from ..image_list import Listed
from .published import UNPACK_AGAIN, Published, number, read_column

TRAINING = '1'


def read_cub(root: Path) -> Published:
    """CUB-200-2011: classes are 1 to 200, with names such as ``001.Black_footed_Albatross``."""
    names = [name.partition('.')[2].replace('_', ' ') for name in read_column(root / 'classes.txt').values()]
    return _read(root, {str(place + 1): place for place in range(len(names))}, names)


def read_nabirds(root: Path) -> Published:
    """NABirds: 555 of the 1,011 numbers of classes have images; labels are in the order of these numbers."""
    words = read_column(root / 'classes.txt')
    used = sorted(set(read_column(root / 'image_class_labels.txt').values()), key=int)
    names = [words.get(word, word) for word in used]
    twice = {name for name in names if names.count(name) > 1}  # an adult and a young bird may be called the same
    unlike = [f'{name} ({word})' if name in twice else name for word, name in zip(used, names, strict=True)]
    return _read(root, {word: place for place, word in enumerate(used)}, unlike)


def _read(root: Path, label_of: dict[str, int], names: list[str]) -> Published:
    images, classes, training = (
        read_column(root / f'{name}.txt') for name in ('images', 'image_class_labels', 'train_test_split')
    )
    splits: dict[str, list[Listed]] = {'train': [], 'test': []}
    for image, name in images.items():
        for column, file in ((classes, 'image_class_labels'), (training, 'train_test_split')):
            if image not in column:
                raise refuse(root / f'{file}.txt', f'it does not have image {image}', UNPACK_AGAIN)
        number(root / 'train_test_split.txt', training[image], 0, 1)
        if classes[image] not in label_of:
            raise refuse(
                root / 'image_class_labels.txt', f'image {image} has the class {classes[image]!r}', UNPACK_AGAIN
            )
        split = 'train' if training[image] == TRAINING else 'test'
        splits[split].append(Listed(f'images/{name}', label_of[classes[image]]))
    return Published(names, splits)

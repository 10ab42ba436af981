"""Clothing1M: a million images with noisy labels to train on, and clean ones to select and to test on."""

from __future__ import annotations

from pathlib import Path

from mmvpt.files.refuse import refuse

from ..image_list import Listed
from .published import UNPACK_AGAIN, Published, number, read_column, read_lines

#: Splits, and which list and which labels each has.
FILES_OF = {
    'train': ('noisy_train_key_list.txt', 'noisy_label_kv.txt'),
    'val': ('clean_val_key_list.txt', 'clean_label_kv.txt'),
    'test': ('clean_test_key_list.txt', 'clean_label_kv.txt'),
}


def read_clothing1m(root: Path) -> Published:
    """Training images are those with noisy labels, as in most work on this set; clean training images are not used."""
    names = read_lines(root / 'category_names_eng.txt')
    labels = {file: read_column(root / file) for file in {file for _, file in FILES_OF.values()}}
    splits = {}
    for split, (keys, file) in FILES_OF.items():
        listed = []
        for name in (line.strip() for line in read_lines(root / keys)):
            if name not in labels[file]:
                raise refuse(root / file, f'it has no label of {name}, which {keys} lists', UNPACK_AGAIN)
            listed.append(Listed(name, number(root / file, labels[file][name], 0, len(names) - 1)))
        splits[split] = listed
    return Published(names, splits)

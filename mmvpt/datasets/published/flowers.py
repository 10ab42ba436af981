"""Oxford Flowers 102: two files of MATLAB beside the folder ``jpg``."""

from __future__ import annotations

from pathlib import Path

from mmvpt.files.refuse import refuse

from ..image_list import Listed
from .published import UNPACK_AGAIN, Published, read_mat

NUM_FLOWERS = 102
#: Splits, and the variables that list the numbers of their images.
SPLIT_IDS = {'train': 'trnid', 'val': 'valid', 'test': 'tstid'}


def read_flowers(root: Path) -> Published:
    """Images 1 to 8,189 have labels in the order of their numbers; the classes have no names in the files."""
    (labels,) = read_mat(root / 'imagelabels.mat', 'labels')
    ids = read_mat(root / 'setid.mat', *SPLIT_IDS.values())
    if labels.min() < 1 or labels.max() > NUM_FLOWERS:
        raise refuse(root / 'imagelabels.mat', f'labels go from {labels.min()} to {labels.max()}', UNPACK_AGAIN)
    if max(int(each.max()) for each in ids) > len(labels) or min(int(each.min()) for each in ids) < 1:
        raise refuse(root / 'setid.mat', f'it numbers images that {len(labels)} labels do not have', UNPACK_AGAIN)
    splits = {
        split: [Listed(f'jpg/image_{int(image):05d}.jpg', int(labels[image - 1]) - 1) for image in each]
        for split, each in zip(SPLIT_IDS, ids, strict=True)
    }
    return Published([f'flower {place + 1}' for place in range(NUM_FLOWERS)], splits)

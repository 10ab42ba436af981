"""A sample as a model gets it: a label that is no class, a label map that is no map of its picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

#: Of a label map for mmdet's semantic branch, which may be smaller than its picture.
OF_SEMANTIC_BRANCH = 'sem_seg'


def sample_fault(sample: object, num_classes: int) -> str:
    """Say why no model can learn from a sample, or be judged by it; empty if one can.

    Args:
        sample: What a data set hands out.
        num_classes: How many classes it says that it has; 0 if it does not say.
    """
    packed = sample.get('data_samples') if isinstance(sample, Mapping) else None
    labels, maps = getattr(packed, 'gt_label', None), getattr(packed, 'gt_sem_seg', None)
    if isinstance(labels, Tensor):
        return _label_fault(labels, num_classes)
    if maps is None:
        return ''
    metainfo = getattr(packed, 'metainfo', {})
    pictures = [metainfo.get(key) for key in ('img_shape', 'ori_shape')]  # an evaluation leaves the map as it is
    faults = [map_fault(labels, key, pictures) for key, labels in maps.items()]
    return next(filter(None, faults), '')


def _label_fault(labels: Tensor, num_classes: int) -> str:
    wrong = sorted({number for number in labels.flatten().tolist() if not 0 <= number < num_classes})
    if not wrong or not num_classes:
        return ''
    return (
        f'has label {", ".join(map(str, wrong))}, and there are {num_classes} classes, 0 to {num_classes - 1}. Correct '
        'the file of the labels, or the classes of the data set.'
    )


def map_fault(labels: Tensor, key: str, pictures: Sequence[object]) -> str:
    """Say why a label map is none of its picture; empty if it is one.

    Args:
        labels: The label map, in the shape in which the host packed it.
        key: How the host calls it.
        pictures: Heights and widths that it may have; what is no such pair is not compared.
    """
    if labels.is_floating_point():
        return 'has a label map of numbers with fractions, which are no ids. Save it as whole numbers.'
    if labels.dim() == 3 and len(labels) > 1 and labels.shape[-1] <= 4:  # (H, W, channels)
        return 'has a label map of colours where ids should be; docs/guides/data.md turns them into ids.'
    height, width = labels.shape[-2:]
    sizes = [tuple(size) for size in pictures if isinstance(size, Sequence) and len(size) == 2]
    if not sizes or (height, width) in sizes:
        return ''
    if key == OF_SEMANTIC_BRANCH and any(_are_alike((height, width), size) for size in sizes):
        return ''
    return (
        f'has a label map of {width} x {height} pixels and a picture of {sizes[0][1]} x {sizes[0][0]}, after all steps '
        'of the pipeline. The two files must be of one size: tools/verify_dataset.py names all that are not.'
    )


def _are_alike(sides: Sequence[int], picture: Sequence[int]) -> bool:
    """Tell whether one is the other on a smaller scale, to the pixel."""
    scale = picture[0] / sides[0]
    return abs(sides[1] * scale - picture[1]) <= scale


def as_ids(labels: Tensor) -> Tensor:
    """A label map in numbers that torch can count."""
    return labels if labels.dtype in (torch.uint8, torch.int64) else labels.long()

"""Checks of label maps during training: ids without a class, and classes that never occur."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import torch
from mmengine.dist import all_reduce
from torch import Tensor

from mmvpt.datasets.label_ids import IGNORED, LabelIds
from mmvpt.datasets.sample_check import as_ids
from mmvpt.datasets.verify.occurrence import NOT_LEARNT, label_classes
from mmvpt.text.shorten import shorten

CORRECT = 'Correct the label map, the classes of the data set or reduce_zero_label.'


class PackedMap(Protocol):
    """The label map of a sample; mmseg and mmdet name it differently."""

    def values(self) -> Iterable[Tensor]:
        """The one label map."""


class MapSample(Protocol):
    """An image with a label map, as mmseg and mmdet pack it."""

    gt_sem_seg: PackedMap

    @property
    def metainfo(self) -> Mapping[str, object]:
        """Files and sizes."""


class LabelMaps:
    """Check label maps one by one, and remember which classes occurred.

    Args:
        num_classes: Number of classes of the head.
        ignore_index: The id of pixels without a class.
        reduce_zero_label: How the data set reads its files; None if it does not have that setting.
        names: Names of the classes.
    """

    def __init__(
        self, num_classes: int, ignore_index: int, reduce_zero_label: bool | None = None, names: Sequence[str] = ()
    ) -> None:
        self.num_classes = num_classes
        self.ignore_index = ignore_index
        self.reduce_zero_label = reduce_zero_label
        self.names = names
        self.num_maps = 0
        self.seen: set[int] = set()

    def look(self, sample: MapSample) -> None:
        """Remember the ids of a label map, and refuse ids for which the head has no class."""
        (labels,) = sample.gt_sem_seg.values()
        ids = _ids(as_ids(labels))
        self.num_maps += 1
        self.seen |= ids
        outside = sorted(ids - {*range(self.num_classes), self.ignore_index})
        if outside:
            path = sample.metainfo.get('seg_map_path') or sample.metainfo.get('img_path')
            raise ValueError(
                f'{path}: the label map has ids {outside} outside the {self.num_classes} classes '
                f'0..{self.num_classes - 1} (ignored: {self.ignore_index}; as the model sees them, after '
                f'reduce_zero_label={bool(self.reduce_zero_label)}). '
                f'{self._clue(self.seen, LabelIds.proof) or CORRECT}'
            )

    def explain_absent(self) -> str:
        """Return the classes that no label map of any process had, and a possible reason; empty if there are none."""
        ids = (*range(self.num_classes), self.ignore_index)
        counts = torch.tensor([self.num_maps, *(number in self.seen for number in ids)])
        all_reduce(counts)
        num_maps, *found = counts.tolist()
        seen = {number for number, count in zip(ids, found, strict=True) if count}
        labels = label_classes(self.names, self.num_classes)
        absent = [label for index, label in enumerate(labels) if index not in seen]
        if not absent:
            return ''
        return (
            f'Of {num_maps} label maps trained on since the start or the last resuming, none has {len(absent)} of '
            f'{self.num_classes} classes ({shorten(absent)}). {self._clue(seen, LabelIds.suspicion) or NOT_LEARNT}'
        )

    def _clue(self, seen: set[int], tell: Callable[[LabelIds], str]) -> str:
        """Ask a function for a clue about the ids in the files."""
        if self.reduce_zero_label is None:
            return ''
        present = {number + self.reduce_zero_label for number in seen - {self.ignore_index}}
        if self.ignore_index in seen:
            present |= (
                {0, IGNORED} if self.reduce_zero_label else {IGNORED}
            )  # either may have become the id for no class
        return tell(LabelIds(frozenset(present), self.num_classes, self.reduce_zero_label))


def _ids(labels: Tensor) -> set[int]:
    if labels.min() < 0:
        return set(labels.unique().tolist())
    return set(labels.flatten().bincount().nonzero().flatten().tolist())  # many times faster than to sort

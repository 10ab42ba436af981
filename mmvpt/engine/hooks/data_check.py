"""Data and model that do not fit each other, found before they do harm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmvpt.engine.fetch import fetch_of
from mmvpt.engine.parts import unwrap
from mmvpt.registry import HOOKS

#: Children of the models of mmpretrain and mmseg that have a number of classes; mmdet checks its own.
HEADS = ('head', 'decode_head', 'auxiliary_head')


@HOOKS.register_module()
class DataCheckHook(Hook):
    """Refuse heads and label maps with other classes than the data set's; name files that fail to load."""

    def before_train(self, runner: Runner) -> None:
        """Compare the numbers of classes; let loaders name files."""
        loaders = [runner.train_dataloader] + ([runner.val_dataloader] if runner.val_loop else [])
        for loader in loaders:
            fetch_of(loader.dataset)
        classes = _classes(runner.train_dataloader.dataset)
        self._heads = dict(_heads(unwrap(runner.model)))
        for name, head in self._heads.items():
            if classes and head.num_classes != len(classes):
                raise ValueError(
                    f'{name} has num_classes={head.num_classes}, the data set {len(classes)} classes. Set '
                    f'num_classes={len(classes)} in {name}, or metainfo=dict(classes=...) in the data set.'
                )

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Look for ids in label maps that the head has no class for."""
        samples = data_batch.get('data_samples', ()) if isinstance(data_batch, dict) else ()
        head = next(iter(self._heads.values()), None)
        for sample in samples:
            if head is not None and 'gt_sem_seg' in sample:
                _check_label_map(sample, head.num_classes, getattr(head, 'ignore_index', 255))

    def before_val(self, runner: Runner) -> None:
        """Let the loader name files."""
        fetch_of(runner.val_dataloader.dataset)

    def before_test(self, runner: Runner) -> None:
        """Let the loader name files."""
        fetch_of(runner.test_dataloader.dataset)


def _classes(dataset: Any) -> tuple[str, ...]:
    return tuple(getattr(dataset, 'metainfo', {}).get('classes') or ())


def _heads(model: nn.Module) -> Iterator[tuple[str, Any]]:
    for name in HEADS:
        part = getattr(model, name, None)
        several = part.named_children() if isinstance(part, nn.ModuleList) else [('', part)]
        for index, head in several:
            if getattr(head, 'num_classes', None) is not None:
                yield f'{name}.{index}'.rstrip('.'), head


def _check_label_map(sample: Any, num_classes: int, ignore_index: int) -> None:
    labels = sample.gt_sem_seg.data
    outside = ((labels >= num_classes) | (labels < 0)) & (labels != ignore_index)
    if outside.any():
        ids = torch.unique(labels[outside]).tolist()
        path = sample.metainfo.get('seg_map_path') or sample.metainfo.get('img_path')
        raise ValueError(
            f'{path}: the label map has ids {ids} outside the {num_classes} classes 0..{num_classes - 1} '
            f'(ignored: {ignore_index}; as the model sees them, after reduce_zero_label). '
            'Correct the label map, the classes of the data set or reduce_zero_label.'
        )

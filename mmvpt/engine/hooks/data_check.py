"""Data and model that do not fit each other, found before they do harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from mmengine.dist import broadcast_object_list, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmvpt.engine.coco_check import check_evaluation_data, check_training_data, coco_datasets
from mmvpt.engine.fetch import fetch_of
from mmvpt.engine.parts import unwrap
from mmvpt.registry import HOOKS

#: Where the models of mmpretrain, mmseg and mmdet have heads with a number of classes.
HEADS = ('head', 'decode_head', 'auxiliary_head', 'bbox_head', 'mask_head', 'roi_head.bbox_head', 'roi_head.mask_head')
#: Where they have heads that learn from label maps.
MAP_HEADS = ('decode_head', 'roi_head.semantic_head')


@HOOKS.register_module()
class DataCheckHook(Hook):
    """Refuse heads, files and label maps with other classes than the data set's, and detectors without their data.

    Files that fail to load are named.
    """

    def before_train(self, runner: Runner) -> None:
        """Compare the numbers of classes, look through files in COCO's format, and let loaders name files."""
        loaders = [runner.train_dataloader] + ([runner.val_dataloader] if runner.val_loop else [])
        for loader in loaders:
            fetch_of(loader.dataset)
        model = unwrap(runner.model)
        _check_heads(model, runner.train_dataloader.dataset)
        self._map_head = next((head for _, head in _heads(model, MAP_HEADS)), None)
        for dataset in coco_datasets(runner.train_dataloader.dataset):
            _in_one_process(partial(check_training_data, dataset, model))
        if runner.val_loop:
            _check_evaluation(runner.val_dataloader.dataset, runner.val_evaluator)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Look for ids in label maps that the head has no class for."""
        samples = data_batch.get('data_samples', ()) if isinstance(data_batch, dict) else ()
        head = self._map_head
        for sample in samples:
            if head is not None and 'gt_sem_seg' in sample:
                _check_label_map(sample, head.num_classes, getattr(head, 'ignore_index', 255))

    def before_val(self, runner: Runner) -> None:
        """Let the loader name files."""
        fetch_of(runner.val_dataloader.dataset)

    def before_test(self, runner: Runner) -> None:
        """Look through files in COCO's format, and let the loader name files."""
        fetch_of(runner.test_dataloader.dataset)
        _check_evaluation(runner.test_dataloader.dataset, runner.test_evaluator)


def _check_evaluation(dataset: Any, evaluator: Any) -> None:
    for one in coco_datasets(dataset):
        _in_one_process(partial(check_evaluation_data, one, evaluator))


def _in_one_process(check: Callable[[], None]) -> None:
    """Let the main process look through a file that may be large, and all processes raise what it finds."""
    errors: list[Exception | None] = [None]
    if is_main_process():
        try:
            check()
        except (ValueError, OSError) as error:
            errors[0] = error
    broadcast_object_list(errors)
    if errors[0] is not None:
        raise errors[0]


def _check_heads(model: nn.Module, dataset: Any) -> None:
    classes = tuple(getattr(dataset, 'metainfo', {}).get('classes') or ())
    by_text = getattr(dataset, 'return_classes', False)
    for name, head in _heads(model, HEADS):
        proposes = type(head).__name__.endswith('RPNHead')  # objects of any class
        if classes and not by_text and not proposes and head.num_classes != len(classes):
            raise ValueError(
                f'{name} has num_classes={head.num_classes}, the data set {len(classes)} classes. Set '
                f'num_classes={len(classes)} in {name}, or metainfo=dict(classes=...) in the data set.'
            )


def _heads(model: nn.Module, places: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name in places:
        part: Any = model
        for child in name.split('.'):
            part = getattr(part, child, None)
        several = part.named_children() if isinstance(part, nn.ModuleList) else [('', part)]
        for index, head in several:
            if getattr(head, 'num_classes', None) is not None:
                yield f'{name}.{index}'.rstrip('.'), head


def _check_label_map(sample: Any, num_classes: int, ignore_index: int) -> None:
    (labels,) = sample.gt_sem_seg.values()  # mmseg and mmdet name it differently
    outside = ((labels >= num_classes) | (labels < 0)) & (labels != ignore_index)
    if outside.any():
        ids = torch.unique(labels[outside]).tolist()
        path = sample.metainfo.get('seg_map_path') or sample.metainfo.get('img_path')
        raise ValueError(
            f'{path}: the label map has ids {ids} outside the {num_classes} classes 0..{num_classes - 1} '
            f'(ignored: {ignore_index}; as the model sees them, after reduce_zero_label). '
            'Correct the label map, the classes of the data set or reduce_zero_label.'
        )

"""Data and model that do not fit each other, found before they do harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from mmengine.dist import broadcast_object_list, is_main_process
from mmengine.evaluator import Evaluator
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import Dataset

from mmvpt.config.hosts import HOSTS, Host
from mmvpt.datasets.coco_check import check_evaluation_data, check_training_data, coco_datasets
from mmvpt.datasets.fetch import fetch_of
from mmvpt.datasets.label_maps import LabelMaps
from mmvpt.layers.unwrap import unwrap
from mmvpt.registry import HOOKS


@HOOKS.register_module()
class DataCheckHook(Hook):
    """Refuse heads, files and label maps with other classes than the data set's, and detectors without their data.

    Files that fail to load are named, and so are classes that no label map had, at the first validation and at the end.
    """

    _maps: LabelMaps | None = None
    _told: str | None = None

    def before_train(self, runner: Runner) -> None:
        """Compare the numbers of classes, look through files in COCO's format, and let loaders name files."""
        loaders = [runner.train_dataloader] + ([runner.val_dataloader] if runner.val_loop else [])
        for loader in loaders:
            fetch_of(loader.dataset)
        model = unwrap(runner.model)
        _check_heads(model, runner.train_dataloader.dataset)
        self._maps, self._told = _label_maps(model, runner.train_dataloader.dataset), None
        for dataset in coco_datasets(runner.train_dataloader.dataset):
            _in_one_process(partial(check_training_data, dataset, model))
        if runner.val_loop:
            _check_evaluation(runner.val_dataloader.dataset, runner.val_evaluator)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: dict | tuple | list | None = None) -> None:
        """Look for ids in label maps that the head has no class for."""
        samples = data_batch.get('data_samples', ()) if isinstance(data_batch, dict) else ()
        for sample in samples:
            if self._maps is not None and 'gt_sem_seg' in sample:
                self._maps.look(sample)

    def before_val(self, runner: Runner) -> None:
        """Let the loader name files, and tell of absent classes for the first time."""
        fetch_of(runner.val_dataloader.dataset)
        if self._told is None:
            self._tell_absent(runner)

    def after_train(self, runner: Runner) -> None:
        """Tell of classes that were absent all the time."""
        self._tell_absent(runner)

    def _tell_absent(self, runner: Runner) -> None:
        if self._maps is None or not self._maps.names:
            return
        text = self._maps.explain_absent()
        if text and text != self._told:  # the first validation may be at the end
            runner.logger.warning(text)
        self._told = text

    def before_test(self, runner: Runner) -> None:
        """Look through files in COCO's format, and let the loader name files."""
        fetch_of(runner.test_dataloader.dataset)
        _check_evaluation(runner.test_dataloader.dataset, runner.test_evaluator)


def _check_evaluation(dataset: Dataset, evaluator: Evaluator) -> None:
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


def _check_heads(model: nn.Module, dataset: Dataset) -> None:
    classes = tuple(getattr(dataset, 'metainfo', {}).get('classes') or ())
    by_text = getattr(dataset, 'return_classes', False)
    for name, head, num_classes in _heads(model, lambda host: host.heads):
        proposes = type(head).__name__.endswith('RPNHead')  # objects of any class
        if classes and not by_text and not proposes and num_classes != len(classes):
            raise ValueError(
                f'{name} has num_classes={num_classes}, the data set {len(classes)} classes. Set '
                f'num_classes={len(classes)} in {name}, or metainfo=dict(classes=...) in the data set.'
            )


def _heads(model: nn.Module, places: Callable[[Host], Iterable[str]]) -> Iterator[tuple[str, nn.Module, int]]:
    """Yield names, heads and their numbers of classes, at the places where models of some host have heads."""
    for name in (place for host in HOSTS.values() for place in places(host)):
        part: nn.Module | None = model
        for child in name.split('.'):
            part = getattr(part, child, None)
        several = part.named_children() if isinstance(part, nn.ModuleList) else [('', part)]
        for index, head in several:
            num_classes = getattr(head, 'num_classes', None)
            if head is not None and num_classes is not None:
                yield f'{name}.{index}'.rstrip('.'), head, num_classes


def _label_maps(model: nn.Module, dataset: Dataset) -> LabelMaps | None:
    """What watches the label maps of a model that has a head for them."""
    for name, head, num_classes in _heads(model, lambda host: host.map_heads):
        metainfo = getattr(dataset, 'metainfo', {})
        return LabelMaps(
            num_classes=num_classes,
            ignore_index=getattr(head, 'ignore_index', 255),
            reduce_zero_label=metainfo.get('reduce_zero_label'),
            # a semantic branch has ids for what COCO-stuff never shows
            names=metainfo.get('classes') or () if name.startswith('decode_head') else (),
        )
    return None

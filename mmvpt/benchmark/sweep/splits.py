"""What is wrong with the splits of a config, before a sweep selects on one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config

from mmvpt.config.datasets import build_dataset
from mmvpt.text.once import say
from mmvpt.text.refused import Refused
from mmvpt.text.shorten import shorten


def check_splits(selection: Config, final: Config) -> None:
    """Refuse to select on images that are trained or tested on; remark on classes that no image of a split has.

    Args:
        selection: Trains and validates.
        final: Trains for good and tests.
    """
    train, val, test, trained = (
        _build(cfg, split)
        for cfg, split in ((selection, 'train'), (selection, 'val'), (selection, 'test'), (final, 'train'))
    )
    paths = {name: _paths(data) for name, data in dict(train=train, val=val, test=test, final=trained).items()}
    for one, other, what in (
        ('val', 'train', 'The validation images that would select are trained on too'),
        ('val', 'test', 'The validation images that would select are test images too'),
        ('final', 'test', 'The final training would train on test images'),
    ):
        if both := paths[one] & paths[other]:
            raise Refused(
                f'{what}: {len(both)} of {len(paths[one])} ({shorten(sorted(both), 2)}). Correct the splits of '
                f'{selection.filename}, or let --held-out 0.1 hold out training images to select on.'
            )
    for name, data in dict(training=train, validation=val).items():
        if absent := _absent(data):
            number = len(data.metainfo['classes'])
            say(f'Remark: {len(absent)} of {number} classes have no {name} image: {shorten(absent, 5)}.')


def _build(cfg: Config, split: str) -> Any:
    loader = cfg.get(f'{split}_dataloader') or cfg.val_dataloader
    dataset = build_dataset(cfg, loader.dataset)
    dataset.full_init()
    return dataset


def _paths(dataset: Any) -> set[str]:
    """Files of the images; none where they are in memory."""
    infos: list[Mapping[str, Any]] = [dataset.get_data_info(place) for place in range(len(dataset))]
    return {str(info['img_path']) for info in infos if info.get('img_path')}


def _absent(dataset: Any) -> Sequence[str]:
    """Names of classes without an image, where images have classes."""
    names = dataset.metainfo.get('classes') or ()
    infos: list[Mapping[str, Any]] = [dataset.get_data_info(place) for place in range(len(dataset))]
    found = {int(info['gt_label']) for info in infos if isinstance(info.get('gt_label'), int)}
    return [names[label] for label in range(len(names)) if label not in found] if found else []

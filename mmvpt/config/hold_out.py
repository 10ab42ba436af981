"""Holding out a part of the training data to select on, for configs that validate on their test data."""

from __future__ import annotations

import copy

import numpy as np
from mmengine.config import Config, ConfigDict

from mmvpt.config.datasets import build_dataset, innermost
from mmvpt.config.hosts import HOSTS

#: Share of the training data to select on where a config would select on its test data.
HELD_OUT = 0.1
#: Data sets that choose images of another: a part is held out of what they chose.
CHOOSERS = ('mmvpt.Subset', 'mmvpt.OfClasses')


def select_on_validation(cfg: Config, share: float | None = None) -> None:
    """Make a config validate on data that are neither trained nor tested on.

    Args:
        cfg: It is changed where it validates on its test data.
        share: Share of the training data to hold out; None is ``HELD_OUT`` where that is needed, 0 never.
    """
    if share is None:
        share = HELD_OUT if selects_on_test(cfg) else 0
    if share:
        hold_out(cfg, share)


def selects_on_test(cfg: Config) -> bool:
    """Return whether validation and test read the same data."""
    return cfg.val_dataloader.dataset == cfg.test_dataloader.dataset


def hold_out(cfg: Config, share: float, seed: int = 0) -> None:
    """Split the training data: train on one part, and validate on the other as the config validates.

    Args:
        cfg: A config of classification or segmentation; it is changed.
        share: Share of the training data for validation.
        seed: Seed of the random split.
    """
    if not 0 < share < 1:
        raise ValueError(f'A share of {share} cannot be held out; take one between 0 and 1, such as 0.1.')
    host = HOSTS.get(cfg.get('default_scope'))
    if host is not None and host.reads_annotations:
        raise ValueError(
            "COCO's metric reads its own annotation file, so a part of the training data cannot be held out. Give "
            'val_dataloader and val_evaluator a validation split.'
        )
    part = innermost(cfg.train_dataloader.dataset)
    pipeline = innermost(cfg.val_dataloader.dataset).pipeline
    if cfg.train_dataloader.dataset.type in CHOOSERS:
        whole = cfg.train_dataloader.dataset
        other = copy.deepcopy(whole)
        innermost(other).update(pipeline=pipeline, test_mode=True)
        for name, data in dict(train=whole, val=other).items():
            cfg[f'{name}_dataloader'].dataset = ConfigDict(
                type='mmvpt.Subset', held_out=share, part=name, seed=seed, dataset=data
            )
        return
    if part.get('indices') is not None:
        raise ValueError('The training data are a part of a data set by `indices` already; hold out of the whole.')
    validation = ConfigDict(part.copy(), pipeline=pipeline, test_mode=True)
    order = np.random.default_rng(seed).permutation(len(build_dataset(cfg, part))).tolist()
    count = max(1, round(share * len(order)))
    part.indices, validation.indices = sorted(order[count:]), sorted(order[:count])
    cfg.val_dataloader.dataset = validation


def train_on_all(cfg: Config) -> None:
    """Train also on the images that the data set itself holds out to select on, without validation.

    Such a data set has the splits ``train``, ``val`` and ``trainval``, as :class:`mmvpt.datasets.cub.CUB`.
    """
    train, val = innermost(cfg.train_dataloader.dataset), innermost(cfg.val_dataloader.dataset)
    if (train.type, train.get('split'), val.get('split')) == (val.type, 'train', 'val'):
        train.split = 'trainval'
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None


def validate_as_test(cfg: Config) -> None:
    """Make ``tools/test.py`` evaluate on the validation data of the config."""
    for what in ('dataloader', 'evaluator', 'cfg'):
        cfg[f'test_{what}'] = cfg[f'val_{what}']

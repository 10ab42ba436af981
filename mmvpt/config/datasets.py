"""Data sets in configs."""

from __future__ import annotations

from mmengine.config import ConfigDict


def innermost(dataset: ConfigDict) -> ConfigDict:
    """Config of the data set that has the files, inside those that repeat or balance it."""
    while 'dataset' in dataset:
        dataset = dataset.dataset
    if 'pipeline' not in dataset:
        raise ValueError(f'{dataset.get("type")} has no pipeline of its own. This needs a config of one data set.')
    return dataset

"""Data sets inside of those that repeat, balance or concatenate others: in configs, and once they are built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from mmengine.config import Config, ConfigDict
from mmengine.registry import DATASETS, init_default_scope

Dataset = TypeVar('Dataset')


def configured_datasets(dataset: ConfigDict) -> Iterator[ConfigDict]:
    """Configs of the data sets that have the files."""
    return _innermost(dataset, _inside_config)


def built_datasets(dataset: object) -> Iterator[object]:
    """The data sets that have the files."""
    return _innermost(dataset, _inside_built)


def build_dataset(cfg: Config, dataset: ConfigDict) -> Any:
    """Build a data set of a config, in the scope of the config."""
    init_default_scope(cfg.get('default_scope', 'mmengine'))
    return DATASETS.build(dataset)


def innermost(dataset: ConfigDict) -> ConfigDict:
    """Config of the one data set that has the files."""
    first, *others = configured_datasets(dataset)
    if others or 'pipeline' not in first:
        what = f'{dataset.get("type")} of {len(others) + 1} data sets' if others else first.get('type')
        raise ValueError(f'{what} has no pipeline of its own. This needs a config of one data set.')
    return first


def _innermost(dataset: Dataset, inside: Callable[[Dataset], list[Dataset]]) -> Iterator[Dataset]:
    inner = inside(dataset)
    for one in inner:
        yield from _innermost(one, inside)
    if not inner:
        yield dataset


def _inside_config(dataset: ConfigDict) -> list[ConfigDict]:
    return [*dataset.get('datasets', ()), *([dataset.dataset] if dataset.get('dataset') else [])]


def _inside_built(dataset: object) -> list[object]:
    one = getattr(dataset, 'dataset', None)
    return [*getattr(dataset, 'datasets', ()), *([] if one is None else [one])]

"""A data set without a sample, which loaders wait for without end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized

from mmvpt.config.datasets import built_datasets


def require_samples(dataset: object) -> None:
    """Refuse a data set that has none, and name where they should be."""
    if not isinstance(dataset, Sized) or len(dataset):
        return
    places = ', '.join(dict.fromkeys(_places(dataset))) or 'a data set that names no folder'
    raise ValueError(
        f'{type(dataset).__name__} has nothing to load: {places}. Put pictures there, or correct the paths of the data '
        'set in the config. A detector leaves out pictures without an object (filter_cfg).'
    )


def _places(dataset: object) -> Iterator[str]:
    """Files and folders of the data sets inside."""
    for inner in built_datasets(dataset):
        prefix = getattr(inner, 'data_prefix', None)
        folders = prefix.values() if isinstance(prefix, Mapping) else [prefix]
        yield from (str(place) for place in (getattr(inner, 'ann_file', None), *folders) if place)

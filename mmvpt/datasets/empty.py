"""A data set without a sample, which loaders wait for without end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized


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
    """Files and folders of a data set, or of those inside of it."""
    for inner in (*getattr(dataset, 'datasets', ()), getattr(dataset, 'dataset', None)):
        if inner is not None:
            yield from _places(inner)
    prefix = getattr(dataset, 'data_prefix', None)
    folders = list(prefix.values()) if isinstance(prefix, Mapping) else [prefix]
    for place in (getattr(dataset, 'ann_file', None), *folders):
        if place:
            yield str(place)

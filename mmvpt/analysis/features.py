"""What frozen parts of a model make of images, computed once and kept on disk.

A file is named by all that decides its content: the weights of the frozen part, the images, and what is done to them.
So a changed base, file or pipeline makes another file, and nothing stale is read. Processes that want the same at the
same time wait for the first of them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn
from torch.utils.data import DataLoader

from mmvpt.config.datasets import built_datasets
from mmvpt.files.fingerprint import fingerprint
from mmvpt.files.lock import locked
from mmvpt.files.mapped import map_rows, write_rows
from mmvpt.text.full_disk import say_where_full


@dataclass(frozen=True)
class Reading:
    """What is read of a model while images pass it.

    Args:
        what: In words; another reading has others.
        state: All weights that decide it.
        read: Given the preprocessed images, passes them, and returns a row for each.
    """

    what: str
    state: Mapping[str, Tensor]
    read: Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class ImageFeatures:
    """Features of the images of a data set, in its order.

    Args:
        values: Of each image, a row, mapped from a file.
        computed: How many images went through the model for it: all, or none where the file was there.
        path: The file.
    """

    values: np.ndarray
    computed: int
    path: Path

    def of(self, indices: Iterable[int] | slice, device: torch.device | str = 'cpu') -> Tensor:
        """Rows of some images."""
        some = self.values[indices if isinstance(indices, slice) else list(indices)]
        return torch.from_numpy(np.array(some)).to(device)


def before_head(model: Any) -> Reading:
    """What the head of a classifier of mmpretrain reads: a row of numbers for each image."""
    parts = {name: getattr(model, name, None) for name in ('backbone', 'neck')}
    state = {f'{name}.{key}': value for name, part in parts.items() if part for key, value in part.state_dict().items()}

    def read(inputs: Tensor) -> Tensor:
        features = model.extract_feat(inputs)
        last = features[-1] if isinstance(features, (tuple, list)) else features
        last = last[-1] if isinstance(last, (tuple, list)) else last
        if last.ndim != 2:
            raise ValueError(
                f'The head reads features of shape {tuple(last.shape[1:])} for each image, and a row of numbers was '
                'expected. Give the classifier a neck that pools, such as GlobalAveragePooling.'
            )
        return last

    return Reading('what the head reads', state, read)


def features_of(
    model: nn.Module, reading: Reading, dataset: Any, folder: Path, collate: Callable, batch_size: int = 64
) -> ImageFeatures:
    """Pass the images of a data set through a model, unless a file in the folder has what is read there.

    Args:
        model: Of mmpretrain, on the device that computes.
        reading: What is read of it.
        dataset: What its pipeline does to an image is the same every time.
        folder: Of the files.
        collate: Makes a batch of samples, as the loader's.
        batch_size: Images at a time.
    """
    dataset.full_init()
    key = _key(model, reading, dataset)
    path = folder / f'{key[:24]}.features'
    with locked(folder), say_where_full(path, 'give the same command again'):
        found, computed = map_rows(path, key, len(dataset)), 0
        if found is None:
            write_rows(path, key, _compute(model, reading, dataset, collate, batch_size))
            found, computed = map_rows(path, key, len(dataset)), len(dataset)
    assert found is not None
    return ImageFeatures(found, computed, path)


@torch.no_grad()
def _compute(model: Any, reading: Reading, dataset: Any, collate: Callable, batch_size: int) -> Iterator[np.ndarray]:
    was_training = model.training
    model.eval()
    loader = DataLoader(dataset, batch_size, collate_fn=collate)
    try:
        for batch in track(loader, f'Features of {len(dataset):,} images', disable=len(loader) < 10):
            yield reading.read(model.data_preprocessor(batch, training=False)['inputs']).float().cpu().numpy()
    finally:
        model.train(was_training)


def _key(model: Any, reading: Reading, dataset: Any) -> str:
    """A hash of all that decides the features."""
    digest = hashlib.sha256(reading.what.encode())
    normal = dict(model.data_preprocessor.named_buffers())
    digest.update(fingerprint({**reading.state, **normal}).encode())
    plain = {
        name: value for name, value in vars(model.data_preprocessor).items() if isinstance(value, int | str | list)
    }
    digest.update(repr((type(model).__name__, sorted(plain.items()))).encode())
    for inner in built_datasets(dataset):
        digest.update(repr([repr(step) for step in inner.pipeline.transforms]).encode())  # type: ignore[attr-defined]
    for what in _images(dataset):
        digest.update(what)
    return digest.hexdigest()


def _images(dataset: Any) -> Iterator[bytes]:
    """What tells images from others: where they lie, how long and how old their files are; or their pixels."""
    for place in range(len(dataset)):
        info = dataset.get_data_info(place)
        if 'img' in info:
            yield np.ascontiguousarray(info['img']).tobytes()
            continue
        stat = os.stat(info['img_path'])
        yield repr((os.path.abspath(info['img_path']), stat.st_size, stat.st_mtime_ns)).encode()

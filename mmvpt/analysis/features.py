"""What a frozen model makes of images before its head, computed once and kept on disk.

The file is named by all that decides its content: the weights of the frozen part, the images, and what is done to them.
So a changed base, file or pipeline makes another file, and nothing stale is read. It is mapped into memory, not read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from mmengine.dataset import BaseDataset
from rich.progress import track
from torch import Tensor, nn
from torch.utils.data import DataLoader

from mmvpt.files.fingerprint import fingerprint
from mmvpt.files.refuse import refuse
from mmvpt.files.write import write_atomically
from mmvpt.text.full_disk import say_where_full

#: Before its values a file has a line of this form, filled with spaces to so many bytes.
HEADER = 256
MAKE_AGAIN = 'Remove it: it is computed again.'


@dataclass(frozen=True)
class ImageFeatures:
    """Features of the images of a data set, in its order.

    Args:
        values: Of each image, a row (N, C), mapped from a file.
        labels: Classes of the images (N).
        computed: How many images went through the model for it: all, or none where the file was there.
    """

    values: np.ndarray
    labels: Tensor
    computed: int

    def of(self, indices: Iterable[int] | slice, device: torch.device | str = 'cpu') -> Tensor:
        """Rows of some images."""
        some = self.values[indices if isinstance(indices, slice) else list(indices)]
        return torch.from_numpy(np.array(some)).to(device)


def features_of(
    model: nn.Module, dataset: BaseDataset, folder: Path, collate: Callable, batch_size: int = 64
) -> ImageFeatures:
    """Pass the images of a data set through all of a classifier but its head, unless a file in the folder has that.

    Args:
        model: A classifier of mmpretrain, on the device that computes.
        dataset: What its pipeline does to an image is the same every time.
        folder: Of the files.
        collate: Makes a batch of samples, as the loader's.
        batch_size: Images at a time.
    """
    dataset.full_init()
    labels = torch.tensor([int(dataset.get_data_info(place)['gt_label']) for place in range(len(dataset))])
    key = _key(model, dataset)
    path = folder / f'{key[:24]}.features'
    found = _open(path, key, len(dataset))
    if found is not None:
        return ImageFeatures(found, labels, computed=0)
    with say_where_full(path, 'give the same command again'):
        write_atomically(path, lambda file: _compute(file, key, model, dataset, collate, batch_size))
    found = _open(path, key, len(dataset))
    assert found is not None
    return ImageFeatures(found, labels, computed=len(dataset))


@torch.no_grad()
def _compute(
    file: BinaryIO, key: str, model: nn.Module, dataset: BaseDataset, collate: Callable, batch_size: int
) -> None:
    """Write header and features; written, and not mapped, so that a full disk is an error and no end of the process."""
    file.write(b' ' * HEADER)
    digest, width = hashlib.sha256(), 0
    was_training = model.training
    model.eval()
    loader = DataLoader(dataset, batch_size, collate_fn=collate)
    for batch in track(loader, f'Features of {len(dataset):,} images', disable=len(loader) < 10):
        features = _extract(model, batch)
        width = features.shape[1]
        content = features.float().cpu().contiguous().numpy().tobytes()
        digest.update(content)
        file.write(content)
    model.train(was_training)
    header = json.dumps(dict(key=key, width=width, digest=digest.hexdigest())).encode()
    file.seek(0)
    file.write(header.ljust(HEADER - 1) + b'\n')


def _extract(model: Any, batch: Mapping[str, Any]) -> Tensor:
    """What the head reads: the features of the last stage (B, C)."""
    inputs = model.data_preprocessor(batch, training=False)['inputs']
    features = model.extract_feat(inputs)
    last = features[-1] if isinstance(features, (tuple, list)) else features
    last = last[-1] if isinstance(last, (tuple, list)) else last
    if last.ndim != 2:
        raise ValueError(
            f'The head reads features of shape {tuple(last.shape[1:])} for each image, and a row of numbers was '
            'expected. Give the classifier a neck that pools, such as GlobalAveragePooling.'
        )
    return last


def _open(path: Path, key: str, length: int) -> np.ndarray | None:
    """Map the values of a file; None where there is none."""
    if not path.exists():
        return None
    with open(path, 'rb') as file:
        try:
            header = json.loads(file.read(HEADER))
            width, digest = int(header['width']), header['digest']
            right = header['key'] == key and os.path.getsize(path) == HEADER + 4 * width * length
        except (ValueError, KeyError, TypeError) as error:
            raise refuse(path, f'it does not begin as a file of features: {error}', MAKE_AGAIN) from error
        if not right or hashlib.file_digest(file, 'sha256').hexdigest() != digest:
            raise refuse(path, 'its content is not what was written', MAKE_AGAIN)
    return np.memmap(path, np.float32, 'r', offset=HEADER, shape=(length, width))


def _key(model: Any, dataset: BaseDataset) -> str:
    """A hash of all that decides the features."""
    digest = hashlib.sha256()
    parts = {f'{name}.{key}': value for name in ('backbone', 'neck') for key, value in _state(model, name)}
    normal = dict(model.data_preprocessor.named_buffers())
    digest.update(fingerprint({**parts, **normal}).encode())
    plain = {
        name: value for name, value in vars(model.data_preprocessor).items() if isinstance(value, int | str | list)
    }
    digest.update(repr((type(model).__name__, sorted(plain.items()))).encode())
    digest.update(repr([repr(step) for step in dataset.pipeline.transforms]).encode())
    for what in _images(dataset):
        digest.update(what)
    return digest.hexdigest()


def _state(model: Any, name: str) -> Iterator[tuple[str, Tensor]]:
    part = getattr(model, name, None)
    if part is not None:
        yield from part.state_dict().items()


def _images(dataset: BaseDataset) -> Iterator[bytes]:
    """What tells images from others: where they lie, how long and how old their files are; or their pixels."""
    for place in range(len(dataset)):
        info = dataset.get_data_info(place)
        if 'img' in info:
            yield np.ascontiguousarray(info['img']).tobytes()
            continue
        stat = os.stat(info['img_path'])
        yield repr((os.path.abspath(info['img_path']), stat.st_size, stat.st_mtime_ns)).encode()

"""CIFAR-10-C and CIFAR-100-C: the test images of CIFAR, corrupted in 15 ways of 5 severities each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from mmpretrain.datasets import BaseDataset
from mmpretrain.datasets.categories import CIFAR10_CATEGORIES, CIFAR100_CATEGORIES

from mmvpt.config.near import suggest
from mmvpt.files.refuse import COPY_AGAIN, refuse
from mmvpt.registry import DATASETS
from mmvpt.text.refused import Refused

#: Those that are evaluated; the archives hold four more.
CORRUPTIONS = (
    'gaussian_noise',
    'shot_noise',
    'impulse_noise',
    'defocus_blur',
    'glass_blur',
    'motion_blur',
    'zoom_blur',
    'snow',
    'frost',
    'fog',
    'brightness',
    'contrast',
    'elastic_transform',
    'pixelate',
    'jpeg_compression',
)
EXTRA_CORRUPTIONS = ('gaussian_blur', 'saturate', 'spatter', 'speckle_noise')
SEVERITIES = (1, 2, 3, 4, 5)
NAMES_OF = {10: CIFAR10_CATEGORIES, 100: CIFAR100_CATEGORIES}


@DATASETS.register_module()
class CIFARC(BaseDataset):
    """CIFAR-10-C or CIFAR-100-C as published: an array of images for each corruption, and one of labels.

    The images stay on the disk until they are looked at. Let ``PackInputs`` keep ``corruption`` and ``severity``, which
    :class:`mmvpt.CorruptionAccuracy` reads.

    Args:
        data_root: Folder of the arrays, ``CIFAR-10-C`` or ``CIFAR-100-C``.
        num_classes: 10 or 100.
        corruptions: Some of them; the 15 that are evaluated by default.
        severities: Some of 1 to 5.
        **kwargs: Options of mmpretrain's ``BaseDataset``.
    """

    def __init__(
        self,
        data_root: str,
        num_classes: int = 10,
        corruptions: Sequence[str] = CORRUPTIONS,
        severities: Sequence[int] = SEVERITIES,
        **kwargs: object,
    ) -> None:
        known = (*CORRUPTIONS, *EXTRA_CORRUPTIONS)
        for name in corruptions:
            if name not in known:
                raise Refused(f'CIFAR-C has no corruption {name!r}. {suggest(name, known)}')
        if wrong := [severity for severity in severities if severity not in SEVERITIES]:
            raise Refused(f'CIFAR-C has no severity {wrong[0]!r}. There are 1 to 5.')
        if num_classes not in NAMES_OF:
            raise Refused(f'num_classes is {num_classes}. It is 10 for CIFAR-10-C and 100 for CIFAR-100-C.')
        self.folder = Path(data_root)
        self.num_classes = num_classes
        self.corruptions, self.severities = tuple(corruptions), tuple(severities)
        kwargs.setdefault('metainfo', {'classes': NAMES_OF[num_classes]})
        super().__init__(ann_file='', data_root=data_root, **kwargs)

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        """The images of each corruption, mapped from its file."""
        return {name: self._map(name) for name in self.corruptions}

    def load_data_list(self) -> list[dict]:
        """Return where each image is, its label, its corruption and its severity."""
        labels = self._map('labels')
        number = len(labels) // len(SEVERITIES)
        if labels.ndim != 1 or labels.min() < 0 or labels.max() >= self.num_classes or len(labels) % len(SEVERITIES):
            wrong = f'it does not hold five times the labels 0 to {self.num_classes - 1}'
            raise refuse(self.folder / 'labels.npy', wrong, COPY_AGAIN)
        for name, images in self.arrays.items():
            if images.shape[0] != len(labels) or images.shape[1:] != (32, 32, 3) or images.dtype != np.uint8:
                wrong = f'it holds {images.dtype} of shape {images.shape}, not {len(labels)} images of 32 x 32'
                raise refuse(self.folder / f'{name}.npy', wrong, COPY_AGAIN)
        return [
            dict(place=place, gt_label=int(labels[place]), corruption=name, severity=severity)
            for name in self.corruptions
            for severity in self.severities
            for place in range((severity - 1) * number, severity * number)
        ]

    def get_data_info(self, idx: int) -> dict[str, Any]:
        """What is known of an image, and its pixels."""
        info = super().get_data_info(idx)
        return {**info, 'img': np.array(self.arrays[info['corruption']][info['place']])}

    def _map(self, name: str) -> np.ndarray:
        path = self.folder / f'{name}.npy'
        try:
            return np.load(path, mmap_mode='r', allow_pickle=False)
        except FileNotFoundError as error:
            raise refuse(path, 'there is no such file', 'Unpack CIFAR-10-C.tar or CIFAR-100-C.tar there.') from error
        except (ValueError, OSError) as error:
            raise refuse(path, f'it is no array of numbers: {error}', COPY_AGAIN) from error

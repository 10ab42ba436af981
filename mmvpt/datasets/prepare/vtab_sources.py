"""Where TensorFlow Datasets has the 19 tasks of VTAB-1k, and which of its records are theirs: a row for each.

Versions, slices and labels are those with which the VPT paper was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .vtab_labels import Label, closest_object, closest_vehicle, coarser, count_objects, stored


class Cut(NamedTuple):
    """A part of a split, from ``percent`` of its records on, rounded down."""

    split: str
    percent: int = 0


class VtabSource(NamedTuple):
    """Where a task is from.

    Args:
        name: What TensorFlow Datasets calls it.
        version: The oldest that fits; a newer one with the same first number has the same data.
        records: How many records there are in the splits that the task takes its images from.
        val: Where the 200 images to select on begin.
        test: Where the test images begin; they are all up to the end of the split.
        config: Folder between name and version.
        label: What makes a label of an example.
        names: The feature whose names are those of the classes.
        binary: Whether pixels are 0 or 1, and so are stored 255 times as bright.
    """

    name: str
    version: str
    records: Mapping[str, int]
    val: Cut = Cut('validation')
    test: Cut = Cut('test')
    config: str = ''
    label: Label = stored('label')
    names: str = 'label'
    binary: bool = False

    @property
    def title(self) -> str:
        """What TensorFlow Datasets builds it by."""
        return f'{self.name}/{self.config}' if self.config else self.name


def _three(train: int, validation: int, test: int) -> dict[str, int]:
    return dict(train=train, validation=validation, test=test)


def _clevr(label: Label) -> VtabSource:
    records = dict(train=70_000, validation=15_000)
    return VtabSource('clevr', '3.0.0', records, Cut('train', 90), Cut('validation'), label=label, names='')


def _dsprites(label: Label) -> VtabSource:
    val, test = Cut('train', 80), Cut('train', 90)
    return VtabSource('dsprites', '2.0.0', dict(train=737_280), val, test, label=label, names='', binary=True)


def _smallnorb(feature: str) -> VtabSource:
    records, val, test = dict(train=24_300, test=24_300), Cut('test'), Cut('test', 50)
    return VtabSource('smallnorb', '2.0.0', records, val, test, label=stored(feature), names=feature)


_RETINOPATHY = 'diabetic_retinopathy_detection'
_LATE = Cut('train', 90)
_DRAWN = Cut('train', 60), Cut('train', 80)

#: By the names of :data:`mmvpt.datasets.vtab_tasks.VTAB_TASKS`. The 800 images to train on are always the first.
VTAB_SOURCES = {
    'cifar': VtabSource('cifar100', '3.0.0', dict(train=50_000, test=10_000), _LATE),
    'caltech101': VtabSource('caltech101', '3.0.0', dict(train=3_060, test=6_084), _LATE),
    'dtd': VtabSource('dtd', '3.0.0', _three(1_880, 1_880, 1_880)),
    'oxford_flowers102': VtabSource('oxford_flowers102', '2.0.0', _three(1_020, 1_020, 6_149)),
    'oxford_iiit_pet': VtabSource('oxford_iiit_pet', '3.0.0', dict(train=3_680, test=3_669), Cut('train', 80)),
    'svhn': VtabSource('svhn_cropped', '3.0.0', dict(train=73_257, test=26_032), _LATE),
    'sun397': VtabSource('sun397', '4.0.0', _three(76_128, 10_875, 21_750), config='tfds'),
    'patch_camelyon': VtabSource('patch_camelyon', '2.0.0', _three(262_144, 32_768, 32_768)),
    'eurosat': VtabSource('eurosat', '2.0.0', dict(train=27_000), *_DRAWN, config='rgb'),
    'resisc45': VtabSource('resisc45', '3.0.0', dict(train=31_500), *_DRAWN),
    'diabetic_retinopathy': VtabSource(_RETINOPATHY, '3.0.0', _three(35_126, 10_906, 42_670), config='btgraham-300'),
    'clevr_count': _clevr(count_objects),
    'clevr_dist': _clevr(closest_object),
    'dmlab': VtabSource('dmlab', '2.0.1', _three(65_550, 22_628, 22_735)),
    'kitti': VtabSource('kitti', '3.2.0', _three(6_347, 423, 711), label=closest_vehicle, names=''),
    'dsprites_loc': _dsprites(coarser('label_x_position', 32, 16)),
    'dsprites_ori': _dsprites(coarser('label_orientation', 40, 16)),
    'smallnorb_azi': _smallnorb('label_azimuth'),
    'smallnorb_ele': _smallnorb('label_elevation'),
}

"""The 19 tasks of VTAB-1k (Zhai et al. 2019): a row for each."""

from __future__ import annotations

from typing import NamedTuple

from mmvpt.text.refused import Refused


class VtabTask(NamedTuple):
    """A task.

    Args:
        title: What the papers call it.
        group: ``Natural``, ``Specialized`` or ``Structured``.
        classes: How many there are.
        test: How many test images there are.
    """

    title: str
    group: str
    classes: int
    test: int


#: By the name of its folder, which most groups share. Classes and numbers are those of the VPT paper, Table 8.
VTAB_TASKS = {
    'cifar': VtabTask('CIFAR-100', 'Natural', 100, 10_000),
    'caltech101': VtabTask('Caltech101', 'Natural', 102, 6_084),
    'dtd': VtabTask('DTD', 'Natural', 47, 1_880),
    'oxford_flowers102': VtabTask('Flowers102', 'Natural', 102, 6_149),
    'oxford_iiit_pet': VtabTask('Pets', 'Natural', 37, 3_669),
    'svhn': VtabTask('SVHN', 'Natural', 10, 26_032),
    'sun397': VtabTask('Sun397', 'Natural', 397, 21_750),
    'patch_camelyon': VtabTask('Patch Camelyon', 'Specialized', 2, 32_768),
    'eurosat': VtabTask('EuroSAT', 'Specialized', 10, 5_400),
    'resisc45': VtabTask('Resisc45', 'Specialized', 45, 6_300),
    'diabetic_retinopathy': VtabTask('Retinopathy', 'Specialized', 5, 42_670),
    'clevr_count': VtabTask('Clevr/count', 'Structured', 8, 15_000),
    'clevr_dist': VtabTask('Clevr/distance', 'Structured', 6, 15_000),
    'dmlab': VtabTask('DMLab', 'Structured', 6, 22_735),
    'kitti': VtabTask('KITTI/distance', 'Structured', 4, 711),
    'dsprites_loc': VtabTask('dSprites/location', 'Structured', 16, 73_728),
    'dsprites_ori': VtabTask('dSprites/orientation', 'Structured', 16, 73_728),
    'smallnorb_azi': VtabTask('SmallNORB/azimuth', 'Structured', 18, 12_150),
    'smallnorb_ele': VtabTask('SmallNORB/elevation', 'Structured', 9, 12_150),
}
#: The list of each split.
VTAB_FILES = {'train': 'train800.txt', 'val': 'val200.txt', 'trainval': 'train800val200.txt', 'test': 'test.txt'}
_SIZES = {'train': 800, 'val': 200, 'trainval': 1_000}


def vtab_task(name: str) -> VtabTask:
    """The task in a folder of this name."""
    if name not in VTAB_TASKS:
        raise Refused(f'VTAB-1k has no task {name!r}. There are {", ".join(VTAB_TASKS)}.')
    return VTAB_TASKS[name]


def vtab_size(name: str, split: str) -> int:
    """How many images a split of a task has."""
    return _SIZES.get(split, vtab_task(name).test)

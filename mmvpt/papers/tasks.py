"""Tasks of VTAB-1k and FGVC, and the prompts that the VPT paper selects for them (Tables 8, 13 and 14)."""

from __future__ import annotations

from typing import NamedTuple


class TaskLengths(NamedTuple):
    """A task: its classes, the lengths of the prompts that the paper selects, and the shares that they tune."""

    classes: int
    deep: int
    deep_share: str
    shallow: int
    shallow_share: str


#: Tables 8, 13 and 14. NABirds has 555 classes; Table 8 says 55. The text that we have of Table 13 holds seven shares
#: of VPT-SHALLOW for the eight tasks of Structured: one 0.19 stands for both columns of SmallNORB.
GROUPS = {
    'Natural': {
        'CIFAR-100': TaskLengths(100, 10, '0.20', 100, '0.18'),
        'Caltech101': TaskLengths(102, 10, '0.20', 5, '0.10'),
        'DTD': TaskLengths(47, 10, '0.15', 1, '0.04'),
        'Flowers102': TaskLengths(102, 1, '0.10', 200, '0.27'),
        'Pets': TaskLengths(37, 1, '0.04', 50, '0.08'),
        'SVHN': TaskLengths(10, 50, '0.54', 200, '0.19'),
        'Sun397': TaskLengths(397, 5, '0.41', 1, '0.36'),
    },
    'Specialized': {
        'Patch Camelyon': TaskLengths(2, 100, '1.06', 5, '0.08'),
        'EuroSAT': TaskLengths(10, 100, '1.07', 50, '0.05'),
        'Resisc45': TaskLengths(45, 10, '0.15', 50, '0.09'),
        'Retinopathy': TaskLengths(5, 1, '0.02', 10, '0.03'),
    },
    'Structured': {
        'Clevr/count': TaskLengths(8, 50, '0.54', 100, '0.10'),
        'Clevr/distance': TaskLengths(6, 200, '2.11', 200, '0.18'),
        'DMLab': TaskLengths(6, 100, '1.07', 100, '0.09'),
        'KITTI/distance': TaskLengths(4, 50, '0.54', 100, '0.09'),
        'dSprites/location': TaskLengths(16, 10, '0.12', 100, '0.10'),
        'dSprites/orientation': TaskLengths(16, 50, '0.55', 100, '0.10'),
        'SmallNORB/azimuth': TaskLengths(18, 200, '2.12', 200, '0.19'),
        'SmallNORB/elevation': TaskLengths(9, 200, '2.11', 200, '0.19'),
    },
    'FGVC': {
        'CUB-200-2011': TaskLengths(200, 10, '0.29', 100, '0.31'),
        'NABirds': TaskLengths(555, 50, '1.02', 50, '0.54'),
        'Oxford Flowers': TaskLengths(102, 5, '0.14', 100, '0.23'),
        'Stanford Dogs': TaskLengths(120, 100, '1.17', 100, '0.20'),
        'Stanford Cars': TaskLengths(196, 200, '2.27', 100, '0.26'),
    },
}
#: The shares averaged over a group: deep, shallow.
MEANS = {
    'Natural': ('0.23', '0.17'),
    'Specialized': ('0.57', '0.04'),
    'Structured': ('1.14', '0.13'),
    'FGVC': ('0.98', '0.31'),
}
TASKS_OF_VTAB = {
    name: task for group in ('Natural', 'Specialized', 'Structured') for name, task in GROUPS[group].items()
}
ALL_TASKS = TASKS_OF_VTAB | GROUPS['FGVC']

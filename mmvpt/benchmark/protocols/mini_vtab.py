"""Mini-VTAB from our own base: every way to tune a small ViT, on twelve tasks of which it was told nothing."""

from __future__ import annotations

from pathlib import Path

from mmvpt.datasets.mini_vtab import FORMATS, TASK_GROUPS, make_mini_vtab
from mmvpt.runs.commands import Overrides

from ..protocol import data_roots
from ..sweep.protocol import SweepProtocol, SweptTask

#: In the order of tables. Each config has three rates to select from.
WAYS = (
    *('full', 'linear', 'partial1', 'mlp3', 'sidetune', 'bias', 'norm', 'cls_token', 'patches', 'add'),
    *('adapter', 'lora', 'protuning', 'vpt_shallow', 'vpt', 'key_value'),
)


def _task(name: str, group: str) -> SweptTask:
    classes = len(FORMATS[name].classes)
    numbers = {'model.head.num_classes': classes, 'data_preprocessor.num_classes': classes}
    return SweptTask({**data_roots(Path('{data}', name)), **numbers}, group)


def draw_tasks(data: Path, work: Path) -> Overrides:
    """Draw the pictures; the base comes with mmvpt."""
    make_mini_vtab(data, [name for names in TASK_GROUPS.values() for name in names], workers=2)
    return {}


SWEEPS = SweepProtocol(
    tasks={name: _task(name, group) for group, names in TASK_GROUPS.items() for name in names},
    methods={
        **{method: f'mmvpt::vit-tiny_{method}_mini_vtab' for method in WAYS},
        'e2vpt_unpruned': 'mmvpt::vit-tiny_e2vpt_mini_vtab',
    },
    data='data/mini_vtab',
    prepare=draw_tasks,
    held_out=0.2,
)

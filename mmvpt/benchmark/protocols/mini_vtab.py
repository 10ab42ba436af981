"""Mini-VTAB from our own bases, on twelve tasks of which they were told nothing.

Every way to tune a small ViT, and those of the papers on a small Swin and a small ResNet.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mmvpt.datasets.mini_vtab import FORMATS, TASK_GROUPS, make_mini_vtab
from mmvpt.files.bases import CARD, WEIGHTS, require_described
from mmvpt.files.read import read_checkpoint
from mmvpt.runs.commands import Overrides

from ..bases import pretrain_base
from ..protocol import data_roots
from ..sweep.protocol import SweepProtocol, SweptBase, SweptTask

#: In the order of tables. Each config has three rates to select from.
WAYS = (
    *('full', 'linear', 'partial1', 'mlp3', 'sidetune', 'bias', 'norm', 'cls_token', 'patches', 'add', 'pad'),
    *('adapter', 'lora', 'protuning', 'vpt_shallow', 'vpt', 'key_value', 'e2vpt_unpruned'),
)
#: Of the tables of the VPT, E2VPT and Pro-tuning papers.
WAYS_OF_SWIN = ('full', 'linear', 'partial1', 'mlp3', 'bias', 'protuning', 'vpt_shallow', 'vpt', 'e2vpt_unpruned')
WAYS_OF_RESNET = ('full', 'linear', 'partial1', 'mlp3', 'bias', 'pad', 'protuning')


def _task(name: str, group: str) -> SweptTask:
    classes = len(FORMATS[name].classes)
    numbers = {'model.head.num_classes': classes, 'data_preprocessor.num_classes': classes}
    return SweptTask({**data_roots(Path('{data}', name)), **numbers}, group)


def draw_tasks(data: Path, work: Path, tasks: Sequence[str]) -> Overrides:
    """Draw the pictures."""
    make_mini_vtab(data, tasks, workers=2)
    return {}


def pretrained(base: str, work: Path) -> Overrides:
    """Pretrain a base that does not come with mmvpt, once."""
    weights = work / 'bases' / f'{base}{WEIGHTS}'
    if not weights.with_suffix(CARD).exists():  # it is written last
        pretrain_base(base, weights.parent, work / 'pretraining')
    require_described(weights, read_checkpoint(weights)['state_dict'])
    return {'model.backbone.init_cfg.checkpoint': str(weights)}


SWEEPS = SweepProtocol(
    tasks={name: _task(name, group) for group, names in TASK_GROUPS.items() for name in names},
    methods={way: f'mmvpt::{{base}}_{way.removesuffix("_unpruned")}_mini_vtab' for way in WAYS},
    bases={
        'vit-tiny': SweptBase([way for way in WAYS if way != 'pad']),
        'swin-tiny': SweptBase(WAYS_OF_SWIN, partial(pretrained, 'swin-tiny-forms')),
        'resnet-tiny': SweptBase(WAYS_OF_RESNET, partial(pretrained, 'resnet-tiny-forms')),
    },
    data='data/mini_vtab',
    prepare=draw_tasks,
    held_out=0.2,
)

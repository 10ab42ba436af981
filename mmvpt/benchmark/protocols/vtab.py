"""VTAB-1k with ViT-B/16 of ImageNet-21k: the methods of the VPT and E2VPT papers on 19 tasks."""

from __future__ import annotations

from mmvpt.datasets.vtab_tasks import VTAB_TASKS
from mmvpt.pruning.plan import Pruning

from ..sweep.protocol import SweepProtocol, SweptTask

METHODS = (
    'full',
    'linear',
    'partial1',
    'mlp3',
    'sidetune',
    'bias',
    'adapter',
    'vpt_shallow',
    'vpt',
    'e2vpt',
)


def _task(name: str) -> SweptTask:
    row = VTAB_TASKS[name]
    loaders = {
        f'{split}_dataloader.dataset.{key}': value
        for split in ('train', 'val', 'test')
        for key, value in (('task', name), ('data_root', '{data}'))
    }
    classes = {'model.head.num_classes': row.classes, 'data_preprocessor.num_classes': row.classes}
    return SweptTask({**loaders, **classes}, row.group)


SWEEPS = SweepProtocol(
    tasks={name: _task(name) for name in VTAB_TASKS},
    methods={
        **{method: f'mmvpt::vit_{method}_vtab' for method in METHODS},
        'e2vpt_unpruned': 'mmvpt::vit_e2vpt_vtab',
    },
    data='data/vtab-1k',
    pruned={'e2vpt': Pruning(always_prune=True)},
)

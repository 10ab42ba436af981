"""A whole protocol in minutes, to try everything: three methods on six small tasks of Shapes, from one small ViT."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mmvpt.datasets.shapes import EXPORTERS, make_shapes
from mmvpt.runs.commands import Overrides, training_step
from mmvpt.runs.last import last_checkpoint

from ..protocol import data_roots
from ..sweep.protocol import SweepProtocol, SweptTask
from ..trial import LEARNING_RATE

BASE = 'vit_narrow_scratch_shapes'
DECAY_OF_SGD = 'optim_wrapper.optimizer.weight_decay'
GROUPS_OF_SHAPES = {
    'what': ('misty', 'count'),
    'where': ('position', 'height', 'orientation', 'length'),
}


def _task(name: str, group: str) -> SweptTask:
    classes = len(EXPORTERS[name].classes)
    numbers = {'model.head.num_classes': classes, 'data_preprocessor.num_classes': classes}
    return SweptTask({**data_roots(Path('{data}', name)), **numbers}, group)


def prepare_shapes(data: Path, work: Path, tasks: Sequence[str]) -> Overrides:
    """Draw the pictures, and pretrain the base on an easier task."""
    make_shapes(data, ['classification', *tasks], seed=0, workers=2)
    folder = work / 'base'
    training_step('Pretraining a small ViT', BASE, folder, data_roots(data / 'classification')).run()
    return {'model.backbone.init_cfg.checkpoint': str(last_checkpoint(folder))}


SWEEPS = SweepProtocol(
    tasks={name: _task(name, group) for group, names in GROUPS_OF_SHAPES.items() for name in names},
    methods={method: f'mmvpt::vit_{method}_shapes' for method in ('full', 'linear', 'vpt')},
    data='data/shapes',
    grids={
        'full': {LEARNING_RATE: [0.01, 0.003]},
        'linear': {LEARNING_RATE: [1.0, 0.3, 0.1, 0.03, 0.01], DECAY_OF_SGD: [0.01, 0.001, 0.0001, 0.0]},
        'vpt': {LEARNING_RATE: [0.1, 0.03], 'model.backbone.tuner.num_tokens': [10]},
    },
    prepare=prepare_shapes,
    held_out=0.2,
    seeds=(42, 44),
)

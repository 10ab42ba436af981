"""Plans of sweeps that take seconds."""

from __future__ import annotations

from pathlib import Path

from mmvpt.benchmark.sweep.labels import labels_of
from mmvpt.benchmark.sweep.plan import SweepPlan
from mmvpt.benchmark.trial import LEARNING_RATE
from tests.engine.tiny import cls_config

DECAY = 'optim_wrapper.optimizer.weight_decay'
STEADY = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]


def plan_of(folder: Path, tuner: dict | list, folder_name: str = 'sweep', **options) -> SweepPlan:
    config = cls_config(folder, tuner=tuner)
    config.train_dataloader.dataset.pipeline = STEADY
    config.pop('work_dir')
    config.visualizer = dict(type='mmpretrain.UniversalVisualizer', vis_backends=[dict(type='LocalVisBackend')])
    config.dump(folder / 'config.py')
    path = str(folder / 'config.py')
    defaults = dict(seeds=(1, 2), held_out=0.25, grid={LEARNING_RATE: [0.1, 0.01], DECAY: [0.0, 0.01]}, points=2)
    return SweepPlan(path, folder / folder_name, labels_of(path, {}), **{**defaults, **options})

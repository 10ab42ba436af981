"""Mini-VTAB in minutes, to try everything: a task of each group, six ways to tune the ViT, two rates, one seed."""

from __future__ import annotations

from dataclasses import replace

from ..trial import LEARNING_RATE
from . import mini_vtab

EPOCHS = 4
#: Of the three of each method.
TWO_RATES = {
    'full': (0.001, 0.0003),
    'linear': (0.1, 0.03),
    'bias': (0.01, 0.003),
    'lora': (0.01, 0.003),
    'vpt': (0.03, 0.01),
    'protuning': (0.01, 0.003),
}
SWEEPS = replace(
    mini_vtab.SWEEPS.only(
        tasks=('things', 'materials', 'count'),
        methods=tuple(TWO_RATES),
        bases=('vit-tiny',),
    ),
    grids={method: {LEARNING_RATE: rates} for method, rates in TWO_RATES.items()},
    options={
        'train_cfg.max_epochs': EPOCHS,
        'train_cfg.val_interval': EPOCHS,
        'param_scheduler.0.end': 1,
        'param_scheduler.1.begin': 1,
        'param_scheduler.1.end': EPOCHS,
    },
    seeds=(42,),
)

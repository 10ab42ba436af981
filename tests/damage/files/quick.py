"""What takes MMEngine longer than reading a tiny file, left out."""

from __future__ import annotations

import logging
import tempfile
import types
import warnings
from functools import partial
from importlib import import_module
from pathlib import Path

import torch


def make_quick(folder: Path) -> None:
    """Lay out no configs, ask for no compilers, copy configs into memory, and import what readers need once for all."""
    torch.set_num_threads(1)
    warnings.simplefilter('ignore')
    logging.captureWarnings(True)
    tempfile.tempdir = str(folder)
    tempfile.TemporaryDirectory = partial(tempfile.TemporaryDirectory, dir=folder)  # type: ignore[misc, assignment]
    for name in (
        'mmpretrain',
        'mmseg',
        'mmseg.apis',
        'mmvpt.registry',
        'mmvpt.engine',
        'mmvpt.pruning',
        'mmvpt.converters',
    ):
        import_module(name)
    for name in ('mmvpt.engine.launch', 'mmvpt.pruning.run', 'mmvpt.checkpoint', 'timm'):
        import_module(name)
    _replace('yapf.yapflib.yapf_api', 'FormatCode', lambda code, **options: (code, True))
    _replace('mmengine.runner.runner', 'collect_env', dict)
    _replace('mmengine.dataset.base_dataset', 'gc', types.SimpleNamespace(collect=lambda: 0))
    _replace('mmengine.runner.loops', 'time', types.SimpleNamespace(sleep=lambda seconds: None))


def _replace(module: str, name: str, value: object) -> None:
    setattr(import_module(module), name, value)

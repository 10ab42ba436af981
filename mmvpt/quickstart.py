"""The quickstart: Shapes, a small ViT, and SETR-PUP tuned by its head alone and by prompts, on two CPU cores.

Every training and evaluation is a process of its own, started by the command that a user would type.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, stdev

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope

from mmvpt.analysis.panel import draw_panel, paint_labels
from mmvpt.analysis.tables import format_table
from mmvpt.checkpoint import read_metadata
from mmvpt.config_paths import config_root
from mmvpt.datasets.shapes import make_shapes
from mmvpt.steps import Step

PRETRAINING = 'vit_scratch_shapes.py'
#: The methods side by side, in the order of the table, with their configs.
METHODS = {'head only': 'setr_linear_shapes.py', 'VPT-deep': 'setr_vpt_shapes.py'}
#: The panel shows the first pictures of the validation split.
NUM_PICTURES = 4
Overrides = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Run:
    """What one method left behind with one seed."""

    delta: Path
    training: Path
    evaluation: Path

    @property
    def miou(self) -> float:
        """What ``tools/test.py`` found for the delta."""
        newest = max(self.evaluation.glob('*/*.json'))
        return json.loads(newest.read_text())['mIoU']

    @property
    def seconds_per_iteration(self) -> float:
        """Median over the training."""
        logs = self.training.glob('*/vis_data/scalars.json')
        entries = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
        return median(entry['time'] for entry in entries if 'loss' in entry)


def quickstart(
    work_dir: Path,
    data_root: Path,
    seeds: Sequence[int] = (0,),
    fresh: bool = False,
    splits: Mapping[str, int] | None = None,
    overrides: Overrides | None = None,
) -> str:
    """Do it all, leave ``results.md`` and ``panel.png`` in the work folder, and return the table.

    Args:
        work_dir: Folder of everything but the data.
        data_root: Folder of Shapes.
        seeds: One run of everything for each; the panel is of the first.
        fresh: Whether to remove what earlier runs with these seeds left.
        splits: Pictures of each split of Shapes, in place of its own numbers.
        overrides: More ``--cfg-options``, by the name of a config.
    """
    print(f'== Shapes in {data_root}', flush=True)
    make_shapes(data_root, ['classification', 'segmentation'], workers=2, splits=splits)
    if fresh:
        for seed in seeds:
            shutil.rmtree(work_dir / f'seed{seed}', ignore_errors=True)
    runs = [compare_methods(work_dir / f'seed{seed}', data_root, seed, overrides or {}) for seed in seeds]
    table = format_table([tabulate(method, [run[method] for run in runs]) for method in METHODS])
    (work_dir / 'results.md').write_text(table + '\n')
    draw_results(runs[0], data_root / 'segmentation', work_dir / 'panel.png')
    return table


def compare_methods(folder: Path, data_root: Path, seed: int, overrides: Overrides) -> dict[str, Run]:
    """Pretrain with one seed; train and evaluate each method on the base that this leaves."""
    options = [f'randomness.seed={seed}', *data_options(data_root / 'classification'), *overrides.get(PRETRAINING, ())]
    pretraining = training_step('Pretraining a small ViT', PRETRAINING, folder / 'pretraining', options)
    pretraining.run()
    base = f'model.backbone.backbone.init_cfg.checkpoint={last_checkpoint(pretraining.folder)}'
    runs = {}
    for method, config in METHODS.items():
        options = [f'randomness.seed={seed}', base, *data_options(data_root / 'segmentation')]
        options += overrides.get(config, ())
        training = training_step(f'Training {method}', config, folder / Path(config).stem, options, pretraining)
        training.run()
        delta = last_checkpoint(training.folder).with_suffix('.safetensors')
        evaluation = evaluation_step(f'Evaluating {method}', config, delta, options, training)
        evaluation.run()
        runs[method] = Run(delta, training.folder, evaluation.folder)
    return runs


def training_step(title: str, config: str, folder: Path, options: Sequence[str], *after: Step) -> Step:
    """A run of ``tools/train.py``, which resumes itself."""
    path = config_root() / config
    command = (*tool('train.py'), near(path), '--work-dir', str(folder), '--resume', '--cfg-options', *options)
    return Step(title, folder, command, inputs(path, after))


def evaluation_step(title: str, config: str, delta: Path, options: Sequence[str], training: Step) -> Step:
    """A run of ``tools/test.py`` that keeps its predictions."""
    path, folder = config_root() / config, training.folder.with_name(training.folder.name + '_test')
    command = (*tool('test.py'), near(path), str(delta), '--work-dir', str(folder), '--out', str(folder / 'labels'))
    return Step(title, folder, (*command, '--cfg-options', *options), inputs(path, [training]))


def tabulate(method: str, runs: Sequence[Run]) -> dict[str, object]:
    """One row: costs are the same for every seed, or nearly so; mIoU is not."""
    metadata = read_metadata(runs[0].delta)
    trained = metadata['num_trained']
    row = {
        'method': method,
        'tuned parameters': trained,
        '% of total': 100 * trained / count_parameters(metadata['model']),
        'delta bytes': runs[0].delta.stat().st_size,
        's / iteration': median(run.seconds_per_iteration for run in runs),
        'mIoU': mean(run.miou for run in runs),
    }
    if len(runs) > 1:
        row['spread'] = stdev(run.miou for run in runs)
        row['of each seed'] = ' '.join(f'{run.miou:.2f}' for run in runs)
    return row


def draw_results(runs: Mapping[str, Run], data: Path, path: Path) -> None:
    """Draw pictures, truth and the predictions of each method."""
    meta = Config.fromfile(config_root() / METHODS['VPT-deep']).val_dataloader.dataset.metainfo
    maps = sorted((data / 'annotations' / 'validation').iterdir())[:NUM_PICTURES]
    images = [data / 'images' / 'validation' / f'{map.stem}.jpg' for map in maps]
    columns = {
        'picture': [read_pixels(image)[..., ::-1] for image in images],
        'truth': [paint_labels(read_pixels(map), meta.palette) for map in maps],
    }
    for method, run in runs.items():
        predicted = [run.evaluation / 'labels' / map.name for map in maps]
        columns[f'{method}: mIoU {run.miou:.1f}'] = [paint_labels(read_pixels(map), meta.palette) for map in predicted]
    legend = {name: tuple(colour) for name, colour in zip(meta.classes, meta.palette, strict=True)}
    draw_panel(columns, path, legend=legend, title='SETR-PUP on a frozen ViT: head only, and with prompts')


def read_pixels(path: Path) -> np.ndarray:
    """Read a picture, BGR, or a label map."""
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError(f'{path} is missing, or no picture.')
    return np.asarray(pixels)


def count_parameters(model: dict) -> int:
    """Count all parameters of a segmentor, without memory for them."""
    init_default_scope('mmseg')
    with torch.device('meta'), warnings.catch_warnings():
        warnings.simplefilter('ignore')  # mmseg's, about a loss that is not used here
        return sum(param.numel() for param in MODELS.build(model).parameters())


def last_checkpoint(folder: Path) -> Path:
    """The file that the newest training in a folder ended with."""
    return Path((folder / 'last_checkpoint').read_text().strip())


def data_options(root: Path) -> list[str]:
    """Let a config read Shapes elsewhere."""
    return [f'{split}_dataloader.dataset.data_root={root}' for split in ('train', 'val', 'test')]


def inputs(config: Path, after: Sequence[Step]) -> tuple[str, ...]:
    """What decides a result beside the command."""
    return (json.dumps(Config.fromfile(config).to_dict(), default=str), *(step.key for step in after))


def tool(name: str) -> tuple[str, str]:
    """Python and one of our tools."""
    return sys.executable, near(config_root().parent / 'tools' / name)


def near(path: Path) -> str:
    """The path as a user in this folder would type it; an editable install leads to the checkout."""
    path = path.resolve()
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)

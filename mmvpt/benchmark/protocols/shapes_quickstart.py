"""The quickstart: Shapes, a small ViT, and SETR-PUP tuned by its head alone and by prompts, on two CPU cores.

Every training and evaluation is a process of its own, started by the command that a user would type.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from mmvpt.analysis.panel import draw_panel, paint_labels
from mmvpt.config.open import open_config
from mmvpt.runs.run import Run
from mmvpt.runs.summary import summarize

from ..protocol import Base, Line, Options, Protocol, Task
from ..run import run_protocol
from ..shapes import draw_pictures
from ..train import train_by_commands

#: The panel shows the first pictures of the validation split.
NUM_PICTURES = 4


def show_costs(line: Line[Run]) -> Mapping[str, object]:
    """Costs, which are the same for every seed, or nearly so, and mIoU, which is not."""
    runs = line.outcomes
    count = runs[0].count()
    found = [run.metrics['mIoU'] for run in runs]
    row = {
        'method': line.method,
        'tuned parameters': count.trained,
        '% of total': 100 * count.trained / count.total,
        'delta bytes': runs[0].delta.stat().st_size,
        's / iteration': median(run.seconds_per_iteration for run in runs),
        **summarize('mIoU', found),
    }
    if len(runs) > 1:
        row['of each seed'] = ' '.join(f'{miou:.2f}' for miou in found)
    return row


PROTOCOL = Protocol(
    name='shapes_quickstart',
    tasks={'segmentation': Task('segmentation', 'setr_{}_shapes')},
    methods={'head only': 'linear', 'VPT-deep': 'vpt'},
    bases={'vit': Base('small ViT', 'vit_scratch_shapes', each_seed=True)},
    prepare=draw_pictures,
    train=partial(train_by_commands, keep='labels', validate=True),
    columns=[show_costs],
    trial_name='{config}',
    trial_title='{method}',
)


def quickstart(options: Options, seeds: Sequence[int] = (0,), fresh: bool = False) -> str:
    """Do it all, leave ``results.md`` and ``panel.png`` in the work folder, and return the table.

    Args:
        options: Where and how.
        seeds: One run of everything for each; the panel is of the first.
        fresh: Whether to remove what earlier runs with these seeds left.
    """
    if fresh:
        for seed in seeds:
            shutil.rmtree(options.work_dir / f'seed{seed}', ignore_errors=True)
    report = run_protocol(PROTOCOL.only(seeds=seeds), options)
    runs = {trial.method: run for (trial, seed), run in report.outcomes.items() if seed == seeds[0]}
    draw_results(runs, options.data_root / 'segmentation', options.work_dir / 'panel.png')
    return report.tables


def draw_results(runs: Mapping[str, Run], data: Path, path: Path) -> None:
    """Draw pictures, truth and the predictions of each method."""
    meta = open_config('mmvpt::setr_vpt_shapes').val_dataloader.dataset.metainfo
    maps = sorted((data / 'annotations' / 'validation').iterdir())[:NUM_PICTURES]
    images = [data / 'images' / 'validation' / f'{map.stem}.jpg' for map in maps]
    columns = {
        'picture': [read_pixels(image)[..., ::-1] for image in images],
        'truth': [paint_labels(read_pixels(map), meta.palette) for map in maps],
    }
    for method, run in runs.items():
        predicted = [run.evaluation / 'labels' / map.name for map in maps]
        columns[f'{method}: mIoU {run.metrics["mIoU"]:.1f}'] = [
            paint_labels(read_pixels(map), meta.palette) for map in predicted
        ]
    legend = {name: tuple(colour) for name, colour in zip(meta.classes, meta.palette, strict=True)}
    draw_panel(columns, path, legend=legend, title='SETR-PUP on a frozen ViT: head only, and with prompts')


def read_pixels(path: Path) -> np.ndarray:
    """Read a picture, BGR, or a label map."""
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError(f'{path} is missing, or no picture.')
    return np.asarray(pixels)

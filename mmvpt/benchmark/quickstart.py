"""The quickstart: Shapes, a small ViT, and SETR-PUP tuned by its head alone and by prompts, on two CPU cores.

Every training and evaluation is a process of its own, started by the command that a user would type.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from mmvpt.analysis.panel import draw_panel, paint_labels
from mmvpt.config.open import open_config
from mmvpt.datasets.shapes import make_shapes
from mmvpt.runs.run import Run, data_options, pretrain, run_method
from mmvpt.runs.summary import summarize
from mmvpt.text.tables import format_table

PRETRAINING = 'vit_scratch_shapes.py'
#: The methods side by side, in the order of the table, with their configs.
METHODS = {'head only': 'setr_linear_shapes.py', 'VPT-deep': 'setr_vpt_shapes.py'}
#: The panel shows the first pictures of the validation split.
NUM_PICTURES = 4
Overrides = Mapping[str, Sequence[str]]


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
    options = [*data_options(data_root / 'classification'), *overrides.get(PRETRAINING, ())]
    base = pretrain('Pretraining a small ViT', PRETRAINING, folder / 'pretraining', seed, options)
    runs = {}
    for method, config in METHODS.items():
        options = [*data_options(data_root / 'segmentation'), *overrides.get(config, ())]
        runs[method] = run_method(method, config, folder / Path(config).stem, seed, options, base, keep='labels')
    return runs


def tabulate(method: str, runs: Sequence[Run]) -> dict[str, object]:
    """One row: costs are the same for every seed, or nearly so; mIoU is not."""
    count = runs[0].count()
    found = [run.metrics['mIoU'] for run in runs]
    row = {
        'method': method,
        'tuned parameters': count.trained,
        '% of total': 100 * count.trained / count.total,
        'delta bytes': runs[0].delta.stat().st_size,
        's / iteration': median(run.seconds_per_iteration for run in runs),
        **summarize('mIoU', found),
    }
    if len(runs) > 1:
        row['of each seed'] = ' '.join(f'{miou:.2f}' for miou in found)
    return row


def draw_results(runs: Mapping[str, Run], data: Path, path: Path) -> None:
    """Draw pictures, truth and the predictions of each method."""
    meta = open_config(f'mmvpt::{METHODS["VPT-deep"]}').val_dataloader.dataset.metainfo
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

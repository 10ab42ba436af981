"""The quickstart: a base that comes with mmvpt, and SETR-PUP tuned on it by its head alone and by prompts.

The pictures are the segmentation set of Mini-VTAB: things among clutter, none of which the base has seen. Every
training and evaluation is a process of its own, started by the command that a user would type.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import MODELS, init_default_scope

from mmvpt.analysis.panel import draw_panel, paint_labels
from mmvpt.config.open import open_config
from mmvpt.datasets.drawing.layouts import save_image
from mmvpt.datasets.mini_vtab import FORMATS, make_mini_vtab
from mmvpt.delta.files import read_delta
from mmvpt.delta.load import apply_delta
from mmvpt.runs.commands import near
from mmvpt.runs.run import Run
from mmvpt.runs.summary import summarize

from ..protocol import Base, Line, Options, Outcome, Protocol, Task
from ..run import run_protocol
from ..train import train_by_commands

#: The panel shows the first pictures of the validation split.
NUM_PICTURES = 5
SET = 'segmentation'
PANEL, NEW, SEGMENTED = 'panel.png', 'new_picture.png', 'new_picture_segmented.png'
#: Of the new picture: in none of the splits.
NEW_SEED = 2026


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


def draw_things(protocol: Protocol[Outcome], options: Options) -> None:
    """Draw the pictures."""
    print(f'== Things in clutter, in {options.data_root / SET}', flush=True)
    make_mini_vtab(options.data_root, [SET], splits=options.splits, workers=2)


PROTOCOL = Protocol(
    name='quickstart',
    tasks={'segmentation': Task(SET, 'setr_{}_mini_vtab')},
    methods={'head only': 'linear', 'VPT-deep': 'vpt'},
    bases={'vit': Base('small ViT')},
    prepare=draw_things,
    train=partial(train_by_commands, keep='labels'),
    columns=[show_costs],
    trial_name='{config}',
    trial_title='{method}',
)


def quickstart(options: Options, seeds: Sequence[int] = (0,), fresh: bool = False) -> str:
    """Do it all, leave ``results.md`` and pictures in the work folder, and return what to print.

    Args:
        options: Where and how.
        seeds: One run of everything for each; the pictures are of the first.
        fresh: Whether to remove what earlier runs with these seeds left.
    """
    if fresh:
        for seed in seeds:
            shutil.rmtree(options.work_dir / f'seed{seed}', ignore_errors=True)
    report = run_protocol(PROTOCOL.only(seeds=seeds), options)
    runs = {trial.method: run for (trial, seed), run in report.outcomes.items() if seed == seeds[0]}
    draw_results(runs, options.data_root / SET, options.work_dir / PANEL)
    prompted = runs['VPT-deep']
    segment_new(prompted, options.work_dir)
    return f'{report.tables}\n\n{_what_next(prompted, options.work_dir)}'


def draw_results(runs: Mapping[str, Run], data: Path, path: Path) -> None:
    """Draw pictures, truth and the predictions of each method."""
    meta = open_config('mmvpt::setr_vpt_mini_vtab').val_dataloader.dataset.metainfo
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


def segment_new(run: Run, folder: Path) -> None:
    """Draw a picture that is in no split, and segment it by config and delta."""
    exporter = FORMATS[SET]
    path = folder / NEW
    save_image(path, exporter.image(exporter.draw(np.random.default_rng(NEW_SEED), 0, exporter.size)))
    (config,) = run.training.glob('*.py')  # as MMEngine left it
    cfg = open_config(config)
    found = _segment(cfg, run.delta, path)
    meta = cfg.test_dataloader.dataset.metainfo
    columns = {'new picture': [read_pixels(path)[..., ::-1]], 'segmented': [paint_labels(found + 1, meta.palette)]}
    legend = {meta.classes[place]: tuple(meta.palette[place]) for place in np.unique(found)}
    draw_panel(columns, folder / SEGMENTED, legend=legend)


def _segment(cfg: Config, delta: Path, picture: Path) -> np.ndarray:
    """The number of the class of each pixel."""
    init_default_scope(cfg.default_scope)
    model = MODELS.build(cfg.model)
    apply_delta(model, read_delta(delta)['state_dict'])
    model.eval()
    steps = [step for step in cfg.test_dataloader.dataset.pipeline if step['type'] != 'LoadAnnotations']
    sample = Compose(steps)(dict(img_path=str(picture)))
    assert sample is not None
    (found,) = model.test_step(pseudo_collate([sample]))
    return found.pred_sem_seg.data[0].numpy()


def _what_next(run: Run, folder: Path) -> str:
    delta, merged = near(run.delta), near(folder / 'merged.pth')
    return f"""Pictures side by side:  {near(folder / PANEL)}
A new picture:          {near(folder / SEGMENTED)}
All that was learnt:    {delta}, {run.delta.stat().st_size / 1e6:.2f} MB; the base stays as it is

To go on:
  python -m mmvpt merge mmvpt::setr_vpt_mini_vtab {delta} {merged}   # base and delta in one file
  python -m mmvpt train mmvpt::setr_lora_mini_vtab                  # another way to tune the same base
  python -m mmvpt config setr_vpt_mini_vtab --out my_config.py      # a config to change: your data, your classes"""


def read_pixels(path: Path) -> np.ndarray:
    """Read a picture, BGR, or a label map."""
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError(f'{path} is missing, or no picture.')
    return np.asarray(pixels)

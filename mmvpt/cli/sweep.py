"""Sweep the grid of a config, select on validation data, and train what was selected for good with several seeds."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmengine.config import DictAction

from .names import SEARCHES, SELECTED_BY
from .options import add_config, add_overrides

EPILOG = """The grid is that of the config's fragments: learning rates, weight decays, lengths of prompts. By default,
points of it are drawn at random, for a quarter of its cost; --exact trains all, as the papers do. Trials run on Ray
Tune, on this machine or a cluster. The work folder holds all of it: stop or kill the sweep at any time and give the
same command again, finished trials are kept and others go on where they were."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    add_config(parser)
    parser.add_argument('--work-dir', type=Path, help='folder of everything; work_dirs/sweep_NAME by default')
    grid = parser.add_argument_group('what is tried')
    grid.add_argument(
        '--grid',
        nargs='+',
        action=DictAction,
        default={},
        metavar='KEY=VALUES',
        help='more axes, or others in their place, e.g. model.backbone.tuner.num_tokens="[5,10]"; one value fixes one',
    )
    grid.add_argument('--exact', action='store_true', help='try the whole grid')
    grid.add_argument('--search', choices=SEARCHES, default='random', help='how points are found (%(default)s)')
    grid.add_argument('--points', type=int, help="how many points are tried; by default a quarter of the grid's cost")
    grid.add_argument(
        '--early-stop', action='store_true', help='stop trials that others beat after as many evaluations (ASHA)'
    )
    grid.add_argument(
        '--separate',
        action='store_true',
        help='train heads one by one, though they could be trained together on features that are computed once',
    )
    chosen = parser.add_argument_group('what is selected')
    chosen.add_argument(
        '--select-by', choices=SELECTED_BY, default='last', help='evaluation that a trial is judged by (%(default)s)'
    )
    chosen.add_argument('--metric', help='what to select by; by default what the config evaluates first')
    chosen.add_argument(
        '--held-out',
        type=float,
        help='share of the training data to select on; by default 0.1 where the config would select on its test data',
    )
    chosen.add_argument(
        '--seeds', type=int, nargs='+', default=[42, 44, 82], help='of the final trainings (%(default)s)'
    )
    where = parser.add_argument_group('where it runs')
    where.add_argument('--cpus-per-trial', type=float, default=1, help='cores for each trial (%(default)s)')
    where.add_argument(
        '--gpus-per-trial', type=float, help='GPUs for each trial, such as 0.5; by default 1 where there is one'
    )
    where.add_argument('--processes', type=int, default=1, help='processes of each training (%(default)s)')
    where.add_argument(
        '--address', help='a running cluster, HOST:PORT or auto; its nodes share the work folder and the data'
    )
    add_overrides(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Sweep, and say where the results are."""
    import torch

    from mmvpt.benchmark.results import RESULTS_FILE
    from mmvpt.benchmark.sweep.labels import labels_of
    from mmvpt.benchmark.sweep.plan import SweepPlan
    from mmvpt.benchmark.sweep.run import run_sweep
    from mmvpt.benchmark.sweep.with_ray import Resources, require_ray
    from mmvpt.runs.steps import StepFailed

    require_ray()
    options = args.cfg_options or {}
    labels = labels_of(args.config, options)
    plan = SweepPlan(
        args.config,
        args.work_dir or Path('work_dirs', f'sweep_{labels.name}'),
        labels,
        options,
        args.grid,
        'grid' if args.exact else args.search,
        args.points,
        args.seeds,
        args.early_stop,
        args.select_by,
        args.metric,
        args.held_out,
        args.processes,
        args.separate,
    )
    gpus = args.gpus_per_trial
    if gpus is None:
        gpus = args.processes if args.address or torch.cuda.is_available() else 0
    try:
        swept = run_sweep(plan, Resources(args.cpus_per_trial, gpus, args.address))
    except StepFailed as error:
        sys.exit(f'\n{error}')
    for result in swept.results:
        if result.phase == 'final':
            value = 'no value' if result.value is None else f'{result.value:.2f}'
            print(f'seed {result.seed}: {result.metric} {value} on the test data {result.failed}')
    print(f'\nAll results: {plan.folder / RESULTS_FILE}. Tables of them: python -m mmvpt report {plan.folder}')

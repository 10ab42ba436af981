"""Sweep the grid of a config, select on validation data, and train what was selected for good with several seeds."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.config import DictAction

from .names import PROTOCOLS, SEARCHES, SELECTED_BY
from .options import add_config, add_overrides

if TYPE_CHECKING:
    from mmvpt.benchmark.sweep.plan import SweepPlan

EPILOG = """The grid is that of the config's fragments: learning rates, weight decays, lengths of prompts. By default,
points of it are drawn at random, for a quarter of its cost; --exact trains all, as the papers do. Trials run on Ray
Tune, on this machine or a cluster. The work folder holds all of it: stop or kill the sweep at any time and give the
same command again, finished trials are kept and others go on where they were."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    add_config(parser, f'path of a config, mmvpt::NAME, or a protocol: {", ".join(PROTOCOLS)}')
    parser.add_argument('--tasks', nargs='+', help='of a protocol; all by default')
    parser.add_argument('--methods', nargs='+', help='of a protocol; all by default')
    parser.add_argument('--bases', nargs='+', help='of a protocol; all by default')
    parser.add_argument('--data-root', type=Path, help='folder of the data of a protocol')
    parser.add_argument(
        '--work-dir',
        type=Path,
        help='folder of everything; work_dirs/sweep_NAME by default, with _pruned at its end if that is asked for',
    )
    parser.add_argument(
        '--dry-run', action='store_true', help='say how much there is to train, and stop; a protocol draws its data'
    )
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
        help='share no features: heads train one by one, and frozen blocks are computed for every batch',
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
    chosen.add_argument('--seeds', type=int, nargs='+', help='of the final trainings (42 44 82)')
    add_pruning(parser)
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


def add_pruning(parser: argparse.ArgumentParser) -> None:
    """Declare what is pruned."""
    prune = parser.add_argument_group('what is pruned, as E2VPT does (docs/guides/sweep.md)')
    prune.add_argument(
        '--prune',
        action='store_true',
        help='prune prompts of the model that is selected, rewind it, and train that for good unless the whole model '
        'is better; of a protocol, prune those of all methods',
    )
    prune.add_argument(
        '--always-prune', action='store_true', help='the same, but select among pruned models alone, as the paper does'
    )
    prune.add_argument(
        '--prune-budget',
        type=int,
        metavar='N',
        help='trainings that look for what to prune (8); with --exact all 81 pairs of percentages, as the paper does',
    )


def run(args: argparse.Namespace) -> None:
    """Sweep, and say what came of it."""
    from mmvpt.benchmark.sweep.run import run_sweeps
    from mmvpt.benchmark.sweep.with_ray import Resources, connected
    from mmvpt.benchmark.sweep.work import describe_work
    from mmvpt.runs.steps import StepFailed

    resources = Resources(args.cpus_per_trial, gpus_of(args), args.address)
    plans = plans_of_protocol(args) if args.config in PROTOCOLS else [plan_of_config(args)]
    if args.dry_run:
        print('\n' + describe_work(plans))
        return
    try:
        with connected(args.address):
            run_sweeps(plans, resources)
    except StepFailed as error:
        sys.exit(f'\n{error}')
    print_report(folder_of(args))


def folder_of(args: argparse.Namespace) -> Path:
    """The folder of everything."""
    pruned = '_pruned' if prunes(args) and args.config not in PROTOCOLS else ''
    return args.work_dir or Path('work_dirs', f'sweep_{Path(args.config.rpartition("::")[2]).stem}{pruned}')


def prunes(args: argparse.Namespace) -> bool:
    """Whether the user asks for pruned prompts."""
    return args.prune or args.always_prune


def gpus_of(args: argparse.Namespace) -> float:
    """GPUs for each trial."""
    import torch

    if args.gpus_per_trial is not None:
        return args.gpus_per_trial
    return args.processes if args.address or torch.cuda.is_available() else 0


def sweep_plan(args: argparse.Namespace, config: str) -> SweepPlan:
    """What the options ask of one config."""
    from mmvpt.benchmark.sweep.labels import labels_of
    from mmvpt.benchmark.sweep.plan import SEEDS, Labels, SweepPlan
    from mmvpt.pruning.plan import Pruning

    options = args.cfg_options or {}
    labels = Labels('', '', '', '') if config in PROTOCOLS else labels_of(config, options, prunes(args))
    return SweepPlan(
        config,
        folder_of(args),
        labels,
        options=options,
        grid=args.grid,
        search='grid' if args.exact else args.search,
        points=args.points,
        seeds=args.seeds or SEEDS,
        early_stop=args.early_stop,
        by=args.select_by,
        metric=args.metric,
        held_out=args.held_out,
        processes=args.processes,
        separate=args.separate,
        pruning=Pruning(always_prune=args.always_prune) if prunes(args) else None,
        pruning_budget=args.prune_budget,
    )


def plan_of_config(args: argparse.Namespace) -> SweepPlan:
    """The plan of one config."""
    require_pruning(args, prunes(args))
    return sweep_plan(args, args.config)


def require_pruning(args: argparse.Namespace, anything: bool) -> None:
    """Refuse a budget of trainings that look for what to prune, where nothing is pruned."""
    if args.prune_budget is not None and not anything:
        raise argparse.ArgumentError(None, '--prune-budget is for prompts that are pruned: give --prune too')


def plans_of_protocol(args: argparse.Namespace) -> list[SweepPlan]:
    """A plan for each base, task and method of a protocol."""
    from importlib import import_module

    whole = import_module(f'mmvpt.benchmark.protocols.{args.config}').SWEEPS
    protocol = whole.only(args.tasks, args.methods, args.bases)
    require_pruning(args, prunes(args) or any(name in protocol.pruned for name in protocol.methods))
    args.seeds = args.seeds or protocol.seeds
    data = args.data_root or Path(protocol.data)
    return protocol.plans(sweep_plan(args, args.config), data, weights=not args.dry_run)


def print_report(folder: Path) -> None:
    """Print the tables of what is in a work folder, and keep them there."""
    from mmvpt.benchmark.reports.report import Question, report_results

    path = folder / 'report.md'
    print('\n' + report_results([folder], Question(), [path]))
    print(f'Kept in {path}; more by: python -m mmvpt report {folder} --help')

"""Compare ways to tune a small ViT, Swin and CNN on the small tasks of Shapes: prompts, and what else there is."""

from __future__ import annotations

import argparse
import sys

from .names import VPT_BACKBONES, VPT_METHODS, VPT_TASKS
from .options import add_choice, add_folders, add_seeds

EPILOG = """Finished trainings are reused: stop it and start it again at any time. Each leaves the config that it ran,
with its log and delta, in the work folder."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    add_seeds(parser, 'trainings of each method')
    add_choice(parser, '--backbones', VPT_BACKBONES)
    add_choice(parser, '--tasks', VPT_TASKS)
    add_choice(parser, '--methods', VPT_METHODS)
    parser.add_argument('--jobs', type=int, default=1, help='trainings at a time (%(default)s)')
    parser.add_argument(
        '--rates', type=float, nargs='+', default=[], help='compare these learning rates, not the chosen ones'
    )
    parser.add_argument(
        '--data-seed', type=int, default=0, help='another seed draws other pictures of the tasks (%(default)s)'
    )
    add_folders(parser, 'vpt_shapes')
    return parser


def run(args: argparse.Namespace) -> None:
    """Compare, and print the tables."""
    from mmvpt.benchmark.protocol import Options
    from mmvpt.benchmark.protocols.shapes_vpt import PROTOCOL
    from mmvpt.benchmark.run import run_protocol
    from mmvpt.runs.steps import StepFailed

    protocol = PROTOCOL.only(
        bases=args.backbones, tasks=args.tasks, methods=args.methods, seeds=args.seeds, rates=args.rates
    )
    options = Options(args.work_dir, args.data_root, jobs=args.jobs, data_seed=args.data_seed)
    try:
        report = run_protocol(protocol, options)
    except (StepFailed, OSError, ValueError) as error:
        sys.exit(f'\n{error}')
    print(f'\n{report.tables}')

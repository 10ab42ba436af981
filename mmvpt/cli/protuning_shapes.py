"""Compare Pro-tuning with head retraining and fine-tuning: FCN and Mask R-CNN on Shapes, from one small ResNet."""

from __future__ import annotations

import argparse
import sys

from .names import PROTUNING_TASKS
from .options import add_choice, add_folders, add_seeds

EPILOG = """Finished steps are reused, an interrupted one goes on where it stopped: start it again at any time.
Detection needs mmdet; where it is missing, segmentation is done without it."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    add_seeds(parser, 'trainings of each method')
    add_choice(parser, '--tasks', PROTUNING_TASKS)
    parser.add_argument('--jobs', type=int, default=1, help='trainings at a time (%(default)s)')
    parser.add_argument(
        '--rates', type=float, nargs='+', default=[], help='compare these learning rates, not those of the configs'
    )
    parser.add_argument('--data-seed', type=int, default=0, help='another seed draws other pictures (%(default)s)')
    add_folders(parser, 'protuning_shapes')
    return parser


def run(args: argparse.Namespace) -> None:
    """Compare, and print the tables."""
    from mmvpt.benchmark.protocol import Options
    from mmvpt.benchmark.protocols.shapes_protuning import PROTOCOL, installed
    from mmvpt.benchmark.run import run_protocol
    from mmvpt.runs.steps import StepFailed

    protocol = PROTOCOL.only(tasks=args.tasks, seeds=args.seeds, rates=args.rates)
    options = Options(args.work_dir, args.data_root, jobs=args.jobs, data_seed=args.data_seed)
    try:
        report = run_protocol(installed(protocol), options)
    except (StepFailed, OSError, ImportError) as error:
        sys.exit(f'\n{error}')
    print(f'\n{report.tables}')

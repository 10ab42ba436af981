"""The parts of E2VPT one by one on small tasks of Shapes: visual prompts, key-value prompts, pruning."""

from __future__ import annotations

import argparse
import sys

from .names import E2VPT_TASKS
from .options import add_choice, add_folders, add_seeds

EPILOG = 'Finished steps are reused: stop it and start it again at any time.'


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    add_seeds(parser, 'pipelines of each')
    add_choice(parser, '--tasks', E2VPT_TASKS)
    parser.add_argument('--budget', type=int, default=5, help='trainings that each search may spend (%(default)s)')
    parser.add_argument('--jobs', type=int, default=1, help='pipelines at a time (%(default)s)')
    add_folders(parser, 'e2vpt_shapes')
    return parser


def run(args: argparse.Namespace) -> None:
    """Compare, and print the tables."""
    from mmvpt.benchmark.e2vpt_shapes import compare_parts
    from mmvpt.runs.steps import StepFailed

    try:
        tables = compare_parts(
            args.work_dir, args.data_root, args.seeds, tasks=args.tasks, budget=args.budget, jobs=args.jobs
        )
    except (StepFailed, OSError, ValueError) as error:
        sys.exit(f'\n{error}')
    print(f'\n{tables}')

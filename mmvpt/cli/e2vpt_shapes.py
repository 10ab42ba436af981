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
    from mmvpt.benchmark.protocol import Options
    from mmvpt.benchmark.protocols.shapes_e2vpt import protocol_of
    from mmvpt.benchmark.run import run_protocol
    from mmvpt.runs.steps import StepFailed

    protocol = protocol_of(args.budget).only(tasks=args.tasks, seeds=args.seeds)
    try:
        report = run_protocol(protocol, Options(args.work_dir, args.data_root, jobs=args.jobs))
    except (StepFailed, OSError, ValueError) as error:
        sys.exit(f'\n{error}')
    print(f'\n{report.tables}')

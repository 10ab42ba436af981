"""Tune a segmentor on a frozen base by prompts, and by its head alone: data, training, test, table, pictures."""

from __future__ import annotations

import argparse
import sys

from .options import add_folders, add_seeds

EPILOG = 'Finished steps are reused, an interrupted one goes on where it stopped: start it again at any time.'


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    add_seeds(parser, 'a run of everything for each')
    add_folders(parser, 'quickstart', 'data/mini_vtab')
    parser.add_argument('--fresh', action='store_true', help='remove what earlier runs with these seeds left')
    return parser


def run(args: argparse.Namespace) -> None:
    """Do it all, and print the table."""
    from mmvpt.benchmark.protocol import Options
    from mmvpt.benchmark.protocols.quickstart import quickstart
    from mmvpt.runs.steps import StepFailed

    try:
        found = quickstart(Options(args.work_dir, args.data_root), args.seeds, fresh=args.fresh)
    except (StepFailed, OSError) as error:
        sys.exit(f'\n{error}')
    print(f'\n{found}')

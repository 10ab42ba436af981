"""Pretrain one of our small bases on Clutter, probe it, and write its weights and its card."""

from __future__ import annotations

import argparse
from pathlib import Path

from .names import BASES
from .options import add_overrides

EPILOG = """The base vit-tiny-forms comes with mmvpt: mmvpt://vit-tiny-forms needs no pretraining. An interrupted run
goes on where it stopped: give the same command again.
"""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    parser.add_argument('base', choices=BASES, help='which one')
    parser.add_argument('--seed', type=int, default=0, help='another seed makes another base (%(default)s)')
    parser.add_argument('--out', type=Path, default='work_dirs/bases', help='folder of both files (%(default)s)')
    parser.add_argument(
        '--work-dir', type=Path, default='work_dirs/pretraining', help='folder of the training (%(default)s)'
    )
    add_overrides(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Pretrain, and print where the files are."""
    from mmvpt.benchmark.bases import pretrain_base

    print(pretrain_base(args.base, args.out, args.work_dir, args.cfg_options, args.seed))

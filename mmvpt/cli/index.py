"""Print an index of our configs: which method has one, for which backbone and task, and with what options.

It reads the configs and builds nothing. All of mmpretrain,
mmseg and mmdet must be there, as configs inherit theirs.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    parser.add_argument('--folder', type=Path, help='folder of configs, in place of ours')
    return parser


def run(args: argparse.Namespace) -> None:
    """Print the index."""
    from mmvpt.config.index import format_index, read_showcases

    links = {} if args.folder is None else dict(folder=str(args.folder))
    print(format_index(read_showcases(args.folder), **links), end='')

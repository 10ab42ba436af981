"""Print tables of our configs: methods, backbones and tasks, with the options of each config.

No model is built. mmpretrain, mmseg and mmdet must be installed, because configs inherit theirs.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    parser.add_argument('--folder', type=Path, help='folder of configs, instead of ours')
    return parser


def run(args: argparse.Namespace) -> None:
    """Print the index."""
    from mmvpt.config.index import format_index, read_showcases

    links = {} if args.folder is None else dict(folder=str(args.folder))
    print(format_index(read_showcases(args.folder), **links), end='')

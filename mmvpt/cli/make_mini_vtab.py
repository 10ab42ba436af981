"""Draw Mini-VTAB: twelve small tasks in three groups, and two dense sets, for bases that were pretrained on Clutter."""

from __future__ import annotations

import argparse

from .names import MINI_VTAB
from .options import add_choice, add_drawing, chosen, splits_of

EPILOG = """Tasks are image folders with 1,000 images for training and as many for the test: natural (things, letters,
and digits, real ones that scikit-learn comes with), specialised (materials, scraps, motion) and structured
(count, place, turn, size, distance, hidden). segmentation has the layout of ADE20K, detection that of COCO. The same
options give the same files, byte for byte. A complete folder is not changed; a folder that is damaged, or that was
made with other options, is made again."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    parser.add_argument('root', nargs='?', default='data/mini_vtab', help='folder of the data (%(default)s)')
    add_choice(parser, '--formats', MINI_VTAB)
    add_drawing(parser, ('train', 'val', 'test'))
    return parser


def run(args: argparse.Namespace) -> None:
    """Draw, and print the folders."""
    from mmvpt.datasets.mini_vtab import make_mini_vtab

    options = chosen(args, 'seed', 'size', 'workers')
    for folder in make_mini_vtab(args.root, args.formats, splits=splits_of(args), **options):
        print(folder)

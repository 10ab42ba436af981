"""Draw Shapes, our own small data set, in the formats that mmpretrain, mmseg and mmdet read."""

from __future__ import annotations

import argparse

from .names import SHAPES
from .options import add_choice, add_drawing, chosen, splits_of

EPILOG = """Formats: classification, segmentation and detection, and small tasks as image folders: misty (forms in
mist), count, position and orientation. The same options give the same files, byte for byte. A complete
folder is not changed; a folder that is damaged, or that was made with other options, is made again."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    parser.add_argument('root', nargs='?', default='data/shapes', help='folder of the data set (%(default)s)')
    add_choice(parser, '--formats', SHAPES)
    add_drawing(parser, ('train', 'val'))
    return parser


def run(args: argparse.Namespace) -> None:
    """Draw, and print the folders."""
    from mmvpt.datasets.shapes import make_shapes

    options = chosen(args, 'seed', 'size', 'workers')
    for folder in make_shapes(args.root, args.formats, splits=splits_of(args), **options):
        print(folder)

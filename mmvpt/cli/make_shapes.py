"""Draw Shapes, our own small data set, in the formats that mmpretrain, mmseg and mmdet read."""

from __future__ import annotations

import argparse

from .names import SHAPES
from .options import add_choice

EPILOG = """Formats: classification, segmentation and detection, and small tasks as image folders: misty (forms in
mist), count, position and orientation. The same options give the same files, byte for byte. A complete
folder is not changed; a folder that is damaged, or that was made with other options, is made again."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    parser.add_argument('root', nargs='?', default='data/shapes', help='folder of the data set (%(default)s)')
    add_choice(parser, '--formats', SHAPES)
    parser.add_argument('--seed', type=int, default=0, help='another seed draws other images (%(default)s)')
    parser.add_argument('--size', type=int, help='height and width in pixels, instead of the default of each format')
    parser.add_argument('--train', type=int, help='number of training images, instead of the default of each format')
    parser.add_argument('--val', type=int, help='number of validation images, instead of the default of each format')
    parser.add_argument(
        '--workers', type=int, default=2, help='number of processes that draw (%(default)s; 0 uses only this one)'
    )
    return parser


def run(args: argparse.Namespace) -> None:
    """Draw, and print the folders."""
    from mmvpt.datasets.shapes import make_shapes

    splits = {split: number for split, number in dict(train=args.train, val=args.val).items() if number is not None}
    for folder in make_shapes(
        args.root, args.formats, seed=args.seed, size=args.size, splits=splits, workers=args.workers
    ):
        print(folder)

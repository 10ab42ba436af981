"""Draw Shapes, a data set of our own, in the formats that the hosts read."""

from __future__ import annotations

import argparse

from .names import SHAPES
from .options import add_choice

EPILOG = """Formats: classification, segmentation and detection, and small tasks as image folders: misty (forms in
the mist), count, position and orientation. The same options give the same files, byte for byte. What is
there and whole is left alone; a folder made with other options, or damaged since, is made anew."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    parser.add_argument('root', nargs='?', default='data/shapes', help='folder of the data set (%(default)s)')
    add_choice(parser, '--formats', SHAPES)
    parser.add_argument('--seed', type=int, default=0, help='another seed draws other pictures (%(default)s)')
    parser.add_argument('--size', type=int, help="height and width in pixels, in place of each format's own")
    parser.add_argument('--train', type=int, help="training pictures, in place of each format's own number")
    parser.add_argument('--val', type=int, help="validation pictures, in place of each format's own number")
    parser.add_argument('--workers', type=int, default=2, help='processes that draw (%(default)s; 0 for one alone)')
    return parser


def run(args: argparse.Namespace) -> None:
    """Draw, and print the folders."""
    from mmvpt.datasets.shapes import make_shapes

    splits = {split: number for split, number in dict(train=args.train, val=args.val).items() if number is not None}
    for folder in make_shapes(
        args.root, args.formats, seed=args.seed, size=args.size, splits=splits, workers=args.workers
    ):
        print(folder)

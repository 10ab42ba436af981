"""Draw Shapes, a data set of our own, in the formats that the hosts read."""

from __future__ import annotations

import argparse

from mmvpt.datasets.shapes import EXPORTERS, make_shapes


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Formats: classification, segmentation and detection, and small tasks as image folders: misty (forms in '
        'the mist), count, position and orientation. The same options give the same files, byte for byte. What is '
        'there and whole is left alone; a folder made with other options, or damaged since, is made anew.',
    )
    parser.add_argument('root', nargs='?', default='data/shapes', help='folder of the data set (%(default)s)')
    parser.add_argument('--formats', nargs='+', choices=EXPORTERS, default=list(EXPORTERS), help='all by default')
    parser.add_argument('--seed', type=int, default=0, help='another seed draws other pictures (%(default)s)')
    parser.add_argument('--size', type=int, help="height and width in pixels, in place of each format's own")
    parser.add_argument('--train', type=int, help="training pictures, in place of each format's own number")
    parser.add_argument('--val', type=int, help="validation pictures, in place of each format's own number")
    parser.add_argument('--workers', type=int, default=2, help='processes that draw (%(default)s; 0 for one alone)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    splits = {split: number for split, number in dict(train=args.train, val=args.val).items() if number is not None}
    for folder in make_shapes(
        args.root, args.formats, seed=args.seed, size=args.size, splits=splits, workers=args.workers
    ):
        print(folder)


if __name__ == '__main__':
    main()

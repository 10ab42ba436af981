"""Check a data set, and report everything that is missing or wrong in one pass."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmvpt.datasets.verify import LAYOUTS, Part, parts_of_config, verify

EPILOG = """Examples: "coco data/coco --stuff" and "--config configs/htc_protuning_coco.py". The exit status is 1 if
there is a problem. Remarks do not count as problems: published data sets have them too."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    parser.add_argument('layout', nargs='?', choices=LAYOUTS, help='layout of the data set')
    parser.add_argument('root', nargs='?', type=Path, help='folder of the data set')
    parser.add_argument('--config', help='check the data of this config, instead of a layout and a folder')
    parser.add_argument('--classes', nargs='+', help='names in the order of the labels, if not those of the layout')
    parser.add_argument('--stuff', action='store_true', help="coco: also the stuffthingmaps, for HTC's semantic branch")
    parser.add_argument(
        '--reduce-zero-label',
        action=argparse.BooleanOptionalAction,
        help='ade20k: 0 is no class and 1 the first class, as published; --no-reduce-zero-label: 0 is the first class',
    )
    depth = parser.add_mutually_exclusive_group()
    depth.add_argument(
        '--quick', action='store_true', help='check only names and annotation files, do not decode images'
    )
    depth.add_argument(
        '--sample', type=positive, metavar='N', help='decode N images and label maps of each folder, not all'
    )
    parser.add_argument('--examples', type=int, default=3, help='number of examples of each problem (%(default)s)')
    return parser


def positive(text: str) -> int:
    """Read a number of pictures."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f'{number} is less than 1; --quick decodes no picture')
    return number


def run(args: argparse.Namespace) -> None:
    """Check, and exit with a status for scripts."""
    require_one_source(args)
    findings = verify(parts_of(args), quick=args.quick, sample=args.sample, num_examples=args.examples)
    print(findings)
    sys.exit(1 if findings.problems else 0)


def require_one_source(args: argparse.Namespace) -> None:
    """Refuse options that name two data sets, or none."""
    if bool(args.config) == bool(args.layout and args.root):
        raise argparse.ArgumentError(None, 'give either a layout and a folder, or --config')
    if args.config and args.reduce_zero_label is not None:
        raise argparse.ArgumentError(None, '--reduce-zero-label is for a layout: a config sets it in its data sets')


def parts_of(args: argparse.Namespace) -> list[Part]:
    """Return the parts of the data set that the options name."""
    if args.config:
        return parts_of_config(args.config)
    return LAYOUTS[args.layout](args.root, args.classes, args.stuff, args.reduce_zero_label is not False)

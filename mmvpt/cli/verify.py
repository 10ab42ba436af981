"""Say what is missing or wrong in a data set, all of it in one pass."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmvpt.datasets.verify import LAYOUTS, Part, parts_of_config, verify

EPILOG = """Examples: "coco data/coco --stuff" and "--config configs/htc_protuning_coco.py". The exit status is 1 if
there is a problem. Remarks are none: published data sets have them too."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    parser.add_argument('layout', nargs='?', choices=LAYOUTS, help='how the data set should be laid out')
    parser.add_argument('root', nargs='?', type=Path, help='folder of the data set')
    parser.add_argument('--config', help='verify what this config reads, in place of a layout and a folder')
    parser.add_argument('--classes', nargs='+', help='names in the order of the labels, if not those of the layout')
    parser.add_argument('--stuff', action='store_true', help="coco: also the stuffthingmaps, for HTC's semantic branch")
    parser.add_argument(
        '--reduce-zero-label',
        action=argparse.BooleanOptionalAction,
        help='ade20k: 0 is nothing and 1 the first class, as published; --no-reduce-zero-label: 0 is the first class',
    )
    parser.add_argument('--quick', action='store_true', help='look at names and annotation files, decode no picture')
    parser.add_argument('--examples', type=int, default=3, help='how many to name of each problem (%(default)s)')
    return parser


def run(args: argparse.Namespace) -> None:
    """Verify, and end with a status for scripts."""
    require_one_source(args)
    findings = verify(parts_of(args), quick=args.quick, num_examples=args.examples)
    print(findings)
    sys.exit(1 if findings.problems else 0)


def require_one_source(args: argparse.Namespace) -> None:
    """Refuse what names two data sets, or none."""
    if bool(args.config) == bool(args.layout and args.root):
        raise argparse.ArgumentError(None, 'give either a layout and a folder, or --config')
    if args.config and args.reduce_zero_label is not None:
        raise argparse.ArgumentError(None, '--reduce-zero-label goes with a layout: a config says it in its data sets')


def parts_of(args: argparse.Namespace) -> list[Part]:
    """Return the parts of the data set that is meant."""
    if args.config:
        return parts_of_config(args.config)
    return LAYOUTS[args.layout](args.root, args.classes, args.stuff, args.reduce_zero_label is not False)

"""Print linear probes of bases: what frozen features tell of pictures that no pretext of ours has shown.

A base is mmvpt://NAME, or a config with a file of its weights: CONFIG=FILE.
"""

from __future__ import annotations

import argparse

EPILOG = """examples:
  python -m mmvpt probe mmvpt://vit-tiny-forms
  python -m mmvpt probe mmvpt://vit-tiny-forms mmvpt::vit_narrow_scratch_shapes=work_dirs/base/epoch_8.pth
"""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(
        program, description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('bases', nargs='+', metavar='BASE', help='mmvpt://NAME, or CONFIG=FILE')
    return parser


def run(args: argparse.Namespace) -> None:
    """Print a table with a row for each base and kind of feature."""
    from mmvpt.benchmark.bases import probe_bases

    print(probe_bases(args.bases))

"""Write a config out: everything in it, with no base left to follow.

What comes out is a config of MMEngine. It trains as the name does, and the tools of mmpretrain, mmseg and mmdet read it
where mmvpt is installed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

EPILOG = """examples:
  python -m mmvpt config vit_lora_cub                       print it
  python -m mmvpt config vit_lora_cub --out my_config.py
  python -m mmvpt config vit_lora_cub --bases               the fragments it is made of, to inherit and to change
"""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(
        program, description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('name', help='of a config that `python -m mmvpt configs` lists, or a path')
    parser.add_argument('--out', type=Path, help='file to write, in place of printing')
    parser.add_argument('--bases', action='store_true', help='its list of bases and what it changes, not resolved')
    return parser


def run(args: argparse.Namespace) -> None:
    """Print or write a config."""
    from mmvpt.config.write import write_out

    try:
        text = write_out(args.name, bases=args.bases)
    except FileNotFoundError as error:
        raise argparse.ArgumentError(None, str(error)) from error
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text)
    else:
        sys.stdout.write(text)

"""Print or write a complete config, without any base.

The result is a config of MMEngine. It gives the same training as the name, and the tools of mmpretrain, mmseg and mmdet
read it if mmvpt is installed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

EPILOG = """examples:
  python -m mmvpt config vit_lora_cub                       print it
  python -m mmvpt config vit_lora_cub --out my_config.py
  python -m mmvpt config vit_lora_cub --bases               its fragments, to inherit and to change
"""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(
        program, description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('name', help='name of a config that `python -m mmvpt configs` lists, or a path')
    parser.add_argument('--out', type=Path, help='write to this file instead of printing')
    parser.add_argument(
        '--bases', action='store_true', help='keep the list of bases and the changes, do not resolve them'
    )
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

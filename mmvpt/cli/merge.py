"""Write base and delta as one checkpoint, for tools that do not support deltas."""

from __future__ import annotations

import argparse

from .options import add_config, add_overrides


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    add_config(parser, 'path of the config that the delta was trained with, or mmvpt:: and its name')
    parser.add_argument('delta', help='the .safetensors of a delta, or the .pth with the same name')
    parser.add_argument('out', help='the .pth to write')
    parser.add_argument(
        '--plain',
        action='store_true',
        help="write it for the model with a plain backbone, with the tuner merged into the backbone's weights (LoRA)",
    )
    add_overrides(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Merge."""
    from mmvpt.config.open import open_config
    from mmvpt.models.merge import merge_delta

    moved = merge_delta(open_config(args.config, args.cfg_options), args.delta, args.out, args.plain)
    print(f'Wrote {args.out}')
    if args.plain:
        print(f'Merging changed features of a random image by {moved:.1e} at most')

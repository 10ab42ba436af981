"""Score the prompts of a trained model: the importance of each token and segment for the loss (E2VPT, Eq. 6)."""

from __future__ import annotations

import argparse

from .names import SEGMENT_LAYOUTS
from .options import add_config, add_launcher, add_overrides, chosen, note_rank


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    add_config(parser)
    parser.add_argument('delta', help='the .safetensors of its training')
    parser.add_argument('--out', required=True, help='file of scores to write, a .safetensors')
    parser.add_argument('--segments', type=int, default=8, help='parts of each token; 8 in the paper')
    parser.add_argument(
        '--signed', action='store_true', help='average the signed gradient, as the public code, not its absolute value'
    )
    parser.add_argument(
        '--layout', choices=SEGMENT_LAYOUTS, default='contiguous', help='interleaved is that of the public code'
    )
    parser.add_argument(
        '--samples', type=int, help='number of training samples to use, drawn at random; all by default'
    )
    add_overrides(parser)
    add_launcher(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Score, and write the file."""
    from mmvpt.engine import launch
    from mmvpt.pruning.run import score

    note_rank(args)
    scores = score(
        args.config,
        args.delta,
        args.out,
        **chosen(args, 'segments', 'signed', 'layout', 'samples', 'cfg_options', 'launcher'),
    )
    print(f'{args.out}: scores of {len(scores.tokens)} blocks over {scores.meta["samples"]} samples')
    launch.shutdown()

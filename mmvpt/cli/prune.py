"""Prune prompts by their scores: a config of what is left, and the start to train it from (E2VPT)."""

from __future__ import annotations

import argparse
import sys

from .names import RANKINGS
from .options import add_config, add_overrides, add_segment_floor


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    add_config(parser, 'config of the whole model: a path, or mmvpt:: and the name of one of ours')
    parser.add_argument('scores', help='the file of scores of its prompts')
    parser.add_argument('--tokens', type=int, default=0, help='percentage of tokens to prune; the paper tries 10 to 90')
    parser.add_argument('--segments', type=int, default=0, help='percentage of segments of the other tokens to prune')
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument('--start', help='start.safetensors of the training, to rewind to; or any delta, to go on from')
    start.add_argument('--fresh', action='store_true', help='start afresh from the seed of the config')
    parser.add_argument('--ranked', choices=RANKINGS, default='layer', help='where the lowest segments are sought')
    add_segment_floor(parser)
    parser.add_argument('--out', required=True, help='folder to write config.py and start.safetensors into')
    add_overrides(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Prune, and say what is kept."""
    from mmvpt.pruning import Scores
    from mmvpt.pruning.run import describe_keep, prune

    try:
        keep = prune(
            args.config,
            args.scores,
            args.out,
            tokens=args.tokens,
            segments=args.segments,
            start=args.start,
            ranked=args.ranked,
            segment_floor=args.segment_floor,
            cfg_options=args.cfg_options,
        )
    except (OSError, ValueError) as error:
        sys.exit(f'\n{error}')
    print(describe_keep(Scores.read(args.scores), keep))
    print(f'Train it: python -m mmvpt train {args.out}/config.py --work-dir {args.out}')

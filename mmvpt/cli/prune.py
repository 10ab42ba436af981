"""Prune prompts by their scores (E2VPT): write the config of the pruned model and its initial values."""

from __future__ import annotations

import argparse
import sys

from .names import RANKINGS
from .options import add_config, add_overrides, add_segment_floor, chosen


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    add_config(parser, 'config of the unpruned model: a path, or mmvpt::NAME')
    parser.add_argument('scores', help='file of the scores of its prompts')
    parser.add_argument('--tokens', type=int, default=0, help='percentage of tokens to prune; the paper tries 10 to 90')
    parser.add_argument('--segments', type=int, default=0, help='percentage of segments of the other tokens to prune')
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument('--start', help='start.safetensors of the training, to rewind; or any delta, to continue from')
    start.add_argument('--fresh', action='store_true', help='draw new initial values from the seed of the config')
    parser.add_argument(
        '--ranked', choices=RANKINGS, default='layer', help='where the segments with the lowest scores are searched'
    )
    add_segment_floor(parser)
    parser.add_argument('--out', required=True, help='folder to write config.py and start.safetensors into')
    add_overrides(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Prune, and print what is kept."""
    from mmvpt.pruning import Scores
    from mmvpt.pruning.run import describe_keep, prune

    try:
        keep = prune(
            args.config,
            args.scores,
            args.out,
            **chosen(args, 'tokens', 'segments', 'start', 'ranked', 'segment_floor', 'cfg_options'),
        )
    except (OSError, ValueError) as error:
        sys.exit(f'\n{error}')
    print(describe_keep(Scores.read(args.scores), keep))
    print(f'Train it: python -m mmvpt train {args.out}/config.py --work-dir {args.out}')

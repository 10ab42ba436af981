"""Prune prompts by their scores: a config of what is left, and the start to train it from (E2VPT)."""

from __future__ import annotations

import argparse
import sys

from mmengine.config import DictAction

from mmvpt.pruning import RANKINGS, Scores, run


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config of the whole model: a path, or mmvpt:: and the name of one of ours')
    parser.add_argument('scores', help='what tools/score_prompts.py wrote')
    parser.add_argument('--tokens', type=int, default=0, help='percentage of tokens to prune; the paper tries 10 to 90')
    parser.add_argument('--segments', type=int, default=0, help='percentage of segments of the other tokens to prune')
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument('--start', help='start.safetensors of the training, to rewind to; or any delta, to go on from')
    start.add_argument('--fresh', action='store_true', help='start afresh from the seed of the config')
    parser.add_argument('--ranked', choices=RANKINGS, default='layer', help='where the lowest segments are sought')
    parser.add_argument(
        '--segment-floor',
        type=float,
        default=0.0,
        help="share of each token's segments that stays in any case; none by default, 0.25 in the public code",
    )
    parser.add_argument('--out', required=True, help='folder to write config.py and start.safetensors into')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='overrides, e.g. randomness.seed=1')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    args.pop('fresh')
    config, scores, out = (args.pop(name) for name in ('config', 'scores', 'out'))
    try:
        keep = run.prune(config, scores, out, **args)
    except (OSError, ValueError) as error:
        sys.exit(f'\n{error}')
    print(run.describe(Scores.read(scores), keep))
    print(f'Train it: python tools/train.py {out}/config.py --work-dir {out}')


if __name__ == '__main__':
    main()

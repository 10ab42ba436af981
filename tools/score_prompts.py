"""Score the prompts of a trained model: how much its loss feels each token and each segment (E2VPT, Eq. 6)."""

from __future__ import annotations

import argparse
import os

from mmengine.config import DictAction

from mmvpt.engine import launch
from mmvpt.pruning import LAYOUTS, run


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='path of a config, or mmvpt:: and the name of one of ours')
    parser.add_argument('delta', help='the .safetensors that its training left')
    parser.add_argument('--out', required=True, help='file of scores to write, a .safetensors')
    parser.add_argument('--segments', type=int, default=8, help='parts of each token; 8 in the paper')
    parser.add_argument('--signed', action='store_true', help='average the gradient, as the public code, not its size')
    parser.add_argument('--layout', choices=LAYOUTS, default='contiguous', help="interleaved is the public code's")
    parser.add_argument('--samples', type=int, help='take as many, drawn from the training data; all by default')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='overrides, e.g. randomness.seed=1')
    parser.add_argument('--launcher', choices=launch.LAUNCHERS, default='none', help='who started the processes')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help='set by older launchers')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    os.environ.setdefault('LOCAL_RANK', str(args.pop('local_rank')))
    scores = run.score(
        args.pop('config'), args.pop('delta'), args['out'], **{k: v for k, v in args.items() if k != 'out'}
    )
    print(f'{args["out"]}: scores of {len(scores.tokens)} blocks over {scores.meta["samples"]} samples')
    launch.part()


if __name__ == '__main__':
    main()

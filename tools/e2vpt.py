"""E2VPT from a config to a report: train, score prompts, search what to prune, rewind, and train for good.

Finished steps are reused: the same command goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmengine.config import DictAction

from mmvpt.config_paths import find_config
from mmvpt.e2vpt import METRICS, Pipeline, Plan
from mmvpt.pruning.search import LEVELS
from mmvpt.steps import StepFailed


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'config', help='path of a config with one tuner of prompts, or mmvpt:: and the name of one of ours'
    )
    parser.add_argument('--work-dir', type=Path, help='folder for everything; work_dirs/<name>_pruned by default')
    look = parser.add_mutually_exclusive_group()
    look.add_argument(
        '--budget',
        type=int,
        default=8,
        help='trainings that the search may spend (%(default)s); from 5 on it looks in all four directions',
    )
    look.add_argument('--exhaustive', action='store_true', help='try every pair of percentages, as the paper does')
    parser.add_argument(
        '--tokens', type=int, nargs='+', default=LEVELS, help='percentages of tokens; 10 to 90 by default'
    )
    parser.add_argument('--segments', type=int, nargs='+', default=LEVELS, help='percentages of segments; 10 to 90')
    parser.add_argument(
        '--num-segments', type=int, default=8, help='parts of each token (%(default)s, as in the paper)'
    )
    parser.add_argument(
        '--segment-floor',
        type=float,
        default=0.0,
        help="share of each token's segments that stays in any case; none by default, 0.25 in the public code",
    )
    parser.add_argument(
        '--held-out',
        type=float,
        help='share of the training data to select on; 0.1 where the config validates on its test data, else 0, which '
        'selects on what the config validates on',
    )
    parser.add_argument('--metric', help=f'what to select by; the first of {", ".join(METRICS)} by default')
    parser.add_argument(
        '--always-prune', action='store_true', help='select among pruned models alone, as the paper does'
    )
    parser.add_argument('--fresh', action='store_true', help='start pruned models afresh instead of rewinding')
    parser.add_argument('--samples', type=int, help='score prompts over as many training samples; all by default')
    parser.add_argument('--seeds', type=int, nargs='+', default=[0], help='of the final trainings (%(default)s)')
    parser.add_argument('--gpus', type=int, default=1, help='processes of each training and evaluation (%(default)s)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={}, help='overrides of the config')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    folder = args.work_dir or Path('work_dirs') / f'{Path(find_config(args.config)).stem}_pruned'
    plan = Plan(
        config=args.config,
        folder=folder.resolve(),
        options=args.cfg_options,
        seeds=args.seeds,
        budget=None if args.exhaustive else args.budget,
        tokens=args.tokens,
        segments=args.segments,
        num_segments=args.num_segments,
        segment_floor=args.segment_floor,
        held_out=args.held_out,
        metric=args.metric,
        always_prune=args.always_prune,
        fresh=args.fresh,
        samples=args.samples,
        processes=args.gpus,
    )
    try:
        print(f'\n{Pipeline(plan).run()}\n{folder}/report.md, report.png')
    except StepFailed as error:
        sys.exit(f'\n{error}\nStart the same command again to go on from here.')
    except (OSError, ValueError) as error:
        sys.exit(f'\n{error}')


if __name__ == '__main__':
    main()

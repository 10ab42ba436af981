"""E2VPT from a config to a report: train, score prompts, search what to prune, rewind, and train for good.

Finished steps are reused: the same command goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .names import LEVELS, METRICS
from .options import add_config, add_overrides, add_seeds, add_segment_floor, chosen

if TYPE_CHECKING:
    from mmvpt.pruning.plan import Plan


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    add_config(parser, 'path of a config with one tuner of prompts, or mmvpt:: and the name of one of ours')
    parser.add_argument('--work-dir', type=Path, help='folder for everything; work_dirs/<name>_pruned by default')
    add_search(parser)
    parser.add_argument('--fresh', action='store_true', help='start pruned models afresh instead of rewinding')
    parser.add_argument('--samples', type=int, help='score prompts over as many training samples; all by default')
    add_seeds(parser, 'of the final trainings')
    parser.add_argument('--gpus', type=int, default=1, help='processes of each training and evaluation (%(default)s)')
    add_overrides(parser)
    return parser


def add_search(parser: argparse.ArgumentParser) -> None:
    """Declare what the search looks at, and what it selects by."""
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
    add_segment_floor(parser)
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


def run(args: argparse.Namespace) -> None:
    """Go all the way, and print the report."""
    from mmvpt.pruning.pipeline import Pipeline
    from mmvpt.runs.steps import StepFailed

    plan = plan_of(args)
    try:
        print(f'\n{Pipeline(plan).run()}\n{plan.folder}/report.md, report.png')
    except StepFailed as error:
        sys.exit(f'\n{error}\nStart the same command again to go on from here.')
    except (OSError, ValueError) as error:
        sys.exit(f'\n{error}')


def plan_of(args: argparse.Namespace) -> Plan:
    """Say in the pipeline's words what the user wants."""
    from mmvpt.config.find import find_config
    from mmvpt.pruning.plan import Plan

    folder = args.work_dir or Path('work_dirs') / f'{Path(find_config(args.config)).stem}_pruned'
    return Plan(
        config=args.config,
        folder=folder.resolve(),
        options=args.cfg_options or {},
        budget=None if args.exhaustive else args.budget,
        processes=args.gpus,
        **chosen(args, 'seeds', 'fresh', 'samples', 'held_out', 'metric', 'always_prune'),
        **chosen(args, 'tokens', 'segments', 'num_segments', 'segment_floor'),
    )

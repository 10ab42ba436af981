"""Compare ways to tune a small ViT, Swin and CNN on the small tasks of Shapes: prompts, and what else there is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmvpt.steps import StepFailed
from mmvpt.vpt_shapes import FAMILIES, METHODS, TASKS, compare_methods


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Finished trainings are reused: stop it and start it again at any time. Each leaves the config that '
        'it ran, with its log and delta, in the work folder.',
    )
    parser.add_argument('--seeds', type=int, nargs='+', default=[0], help='trainings of each method (%(default)s)')
    parser.add_argument('--backbones', nargs='+', choices=FAMILIES, default=list(FAMILIES), help='all by default')
    parser.add_argument('--tasks', nargs='+', choices=TASKS, default=TASKS, help='all by default')
    parser.add_argument('--methods', nargs='+', choices=METHODS, default=METHODS, help='all by default')
    parser.add_argument('--jobs', type=int, default=1, help='trainings at a time (%(default)s)')
    parser.add_argument(
        '--rates', type=float, nargs='+', default=[], help='compare these learning rates, not the chosen ones'
    )
    parser.add_argument(
        '--data-seed', type=int, default=0, help='another seed draws other pictures of the tasks (%(default)s)'
    )
    parser.add_argument('--work-dir', type=Path, default='work_dirs/vpt_shapes', help='results (%(default)s)')
    parser.add_argument('--data-root', type=Path, default='data/shapes', help='for the pictures (%(default)s)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    try:
        tables = compare_methods(
            args.work_dir,
            args.data_root,
            args.seeds,
            backbones=args.backbones,
            tasks=args.tasks,
            methods=args.methods,
            rates=args.rates,
            data_seed=args.data_seed,
            jobs=args.jobs,
        )
    except (StepFailed, OSError, ValueError) as error:
        sys.exit(f'\n{error}')
    print(f'\n{tables}')


if __name__ == '__main__':
    main()

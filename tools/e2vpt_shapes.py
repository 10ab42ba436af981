"""The parts of E2VPT one by one on small tasks of Shapes: visual prompts, key-value prompts, pruning."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmvpt.e2vpt_shapes import TASKS, compare_parts
from mmvpt.steps import StepFailed


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog='Finished steps are reused: stop it and start it again at any time.'
    )
    parser.add_argument('--seeds', type=int, nargs='+', default=[0], help='pipelines of each (%(default)s)')
    parser.add_argument('--tasks', nargs='+', choices=TASKS, default=TASKS, help='all by default')
    parser.add_argument('--budget', type=int, default=5, help='trainings that each search may spend (%(default)s)')
    parser.add_argument('--jobs', type=int, default=1, help='pipelines at a time (%(default)s)')
    parser.add_argument('--work-dir', type=Path, default='work_dirs/e2vpt_shapes', help='results (%(default)s)')
    parser.add_argument('--data-root', type=Path, default='data/shapes', help='for the pictures (%(default)s)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    try:
        tables = compare_parts(
            args.work_dir, args.data_root, args.seeds, tasks=args.tasks, budget=args.budget, jobs=args.jobs
        )
    except (StepFailed, OSError, ValueError) as error:
        sys.exit(f'\n{error}')
    print(f'\n{tables}')


if __name__ == '__main__':
    main()

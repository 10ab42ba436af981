"""Compare Pro-tuning with head retraining and fine-tuning: FCN and Mask R-CNN on Shapes, from one small ResNet."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmvpt.protuning_shapes import TASKS, compare_tuning
from mmvpt.steps import StepFailed


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Finished steps are reused, an interrupted one goes on where it stopped: start it again at any time. '
        'Detection needs mmdet; where it is missing, segmentation is done without it.',
    )
    parser.add_argument('--seeds', type=int, nargs='+', default=[0], help='trainings of each method (%(default)s)')
    parser.add_argument('--tasks', nargs='+', choices=TASKS, default=list(TASKS), help='both by default')
    parser.add_argument('--jobs', type=int, default=1, help='trainings at a time (%(default)s)')
    parser.add_argument(
        '--rates', type=float, nargs='+', default=[], help='compare these learning rates, not those of the configs'
    )
    parser.add_argument('--data-seed', type=int, default=0, help='another seed draws other pictures (%(default)s)')
    parser.add_argument('--work-dir', type=Path, default='work_dirs/protuning_shapes', help='results (%(default)s)')
    parser.add_argument('--data-root', type=Path, default='data/shapes', help='for the pictures (%(default)s)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    try:
        tables = compare_tuning(
            args.work_dir,
            args.data_root,
            args.seeds,
            tasks=args.tasks,
            rates=args.rates,
            data_seed=args.data_seed,
            jobs=args.jobs,
        )
    except (StepFailed, OSError, ImportError) as error:
        sys.exit(f'\n{error}')
    print(f'\n{tables}')


if __name__ == '__main__':
    main()

"""From nothing to a segmentor tuned by prompts, beside its head alone: data, training, evaluation, table, picture."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmvpt.quickstart import quickstart
from mmvpt.steps import StepFailed


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Finished steps are reused, an interrupted one goes on where it stopped: start it again at any time.',
    )
    parser.add_argument('--seeds', type=int, nargs='+', default=[0], help='a run of everything for each (%(default)s)')
    parser.add_argument('--work-dir', type=Path, default='work_dirs/quickstart', help='for all results (%(default)s)')
    parser.add_argument('--data-root', type=Path, default='data/shapes', help='for the pictures (%(default)s)')
    parser.add_argument('--fresh', action='store_true', help='remove what earlier runs with these seeds left')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    try:
        table = quickstart(args.work_dir, args.data_root, args.seeds, fresh=args.fresh)
    except (StepFailed, OSError) as error:
        sys.exit(f'\n{error}')
    print(f'\n{table}\n\nPictures side by side: {args.work_dir / "panel.png"}')


if __name__ == '__main__':
    main()

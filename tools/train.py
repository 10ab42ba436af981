"""Train a model for classification, segmentation or detection."""

from __future__ import annotations

import argparse
import os

from mmengine.config import DictAction

from mmvpt.engine import launch


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='path of a config, or mmvpt:: and the name of one of ours')
    parser.add_argument('--work-dir', help='folder for logs and checkpoints; work_dirs/<name of the config> by default')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='go on from this checkpoint; without a path, from the newest readable one in the work folder',
    )
    parser.add_argument('--amp', action='store_true', help='train in mixed precision (needs a GPU)')
    parser.add_argument('--no-validate', action='store_true', help='do not evaluate during training')
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate by actual over original batch size',
    )
    parser.add_argument('--no-pin-memory', action='store_true', help='do not pin the memory of batches for a GPU')
    parser.add_argument('--no-persistent-workers', action='store_true', help='start the workers anew for each epoch')
    parser.add_argument(
        '--total-batch',
        type=int,
        help='images of one step of the optimizer, on any number of GPUs: gathers gradients, and multiplies iterations '
        'so that the run sees the images of its recipe',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='overrides, e.g. randomness.seed=1 or key="[a,b]" or key="[(a,b),(c,d)]" (no spaces)',
    )
    parser.add_argument('--allow-pickle', action='store_true', help='read .pth files that may run code: only your own')
    parser.add_argument('--launcher', choices=launch.LAUNCHERS, default='none', help='who started the processes')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help='set by older launchers')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if args.allow_pickle:
        launch.allow_pickle()
    launch.train(
        args.config,
        work_dir=args.work_dir,
        resume=args.resume,
        amp=args.amp,
        auto_scale_lr=args.auto_scale_lr,
        total_batch=args.total_batch,
        validate=not args.no_validate,
        pin_memory=not args.no_pin_memory,
        persistent_workers=not args.no_persistent_workers,
        cfg_options=args.cfg_options,
        launcher=args.launcher,
    )
    launch.part()


if __name__ == '__main__':
    main()

"""Evaluate a checkpoint, full or delta, for classification, segmentation or detection."""

from __future__ import annotations

import argparse
import os

from mmengine.config import DictAction
from mmengine.dist import is_main_process

from mmvpt.engine import launch


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='path of a config, or mmvpt:: and the name of one of ours')
    parser.add_argument('checkpoint', help='a .pth, or the .safetensors of a delta')
    parser.add_argument('--work-dir', help='folder for logs; work_dirs/<name of the config> by default')
    parser.add_argument(
        '--out',
        help='write predictions (a folder for segmentation, a .pkl file otherwise) or metrics (.json, .yml or .pkl)',
    )
    parser.add_argument('--out-item', choices=launch.OUT_ITEMS, help='what --out holds; predictions by default')
    parser.add_argument('--amp', action='store_true', help='evaluate in mixed precision')
    parser.add_argument('--show', action='store_true', help='open a window with each prediction')
    parser.add_argument('--show-dir', help='folder for drawn predictions')
    parser.add_argument('--interval', type=int, default=1, help='draw one of so many predictions (classification)')
    parser.add_argument('--wait-time', type=float, default=2, help='seconds each window stays open')
    parser.add_argument('--tta', action='store_true', help='average over augmented copies of each image')
    parser.add_argument('--no-pin-memory', action='store_true', help='do not pin the memory of batches for a GPU')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='overrides, e.g. test_dataloader.batch_size=4 or key="[a,b]" or key="[(a,b),(c,d)]" (no spaces)',
    )
    parser.add_argument('--allow-pickle', action='store_true', help='read .pth files that may run code: only your own')
    parser.add_argument('--launcher', choices=launch.LAUNCHERS, default='none', help='who started the processes')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help='set by older launchers')
    return parser.parse_args()


def main() -> dict[str, float]:
    args = parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if args.allow_pickle:
        launch.allow_pickle()
    metrics = launch.test(
        args.config,
        args.checkpoint,
        work_dir=args.work_dir,
        out=args.out,
        out_item=args.out_item,
        amp=args.amp,
        show=args.show,
        show_dir=args.show_dir,
        interval=args.interval,
        wait_time=args.wait_time,
        tta=args.tta,
        pin_memory=not args.no_pin_memory,
        cfg_options=args.cfg_options,
        launcher=args.launcher,
    )
    if is_main_process():
        for name, value in metrics.items():
            print(f'{name}: {value}')
    launch.part()
    return metrics


if __name__ == '__main__':
    main()

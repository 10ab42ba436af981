"""Evaluate a checkpoint, full or delta, for classification, segmentation or detection."""

from __future__ import annotations

import argparse

from .names import OUT_ITEMS
from .options import add_allow_pickle, add_config, add_launcher, add_overrides, chosen, note_rank, obey_allow_pickle


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    add_config(parser)
    parser.add_argument('checkpoint', help='a .pth, or the .safetensors of a delta')
    parser.add_argument('--work-dir', help='folder for logs; work_dirs/<name of the config> by default')
    parser.add_argument(
        '--out',
        help='write predictions (a folder for segmentation, a .pkl file otherwise) or metrics (.json, .yml or .pkl)',
    )
    parser.add_argument('--out-item', choices=OUT_ITEMS, help='content of --out; predictions by default')
    parser.add_argument('--amp', action='store_true', help='evaluate in mixed precision')
    parser.add_argument('--show', action='store_true', help='open a window with each prediction')
    parser.add_argument('--show-dir', help='folder for drawn predictions')
    parser.add_argument('--interval', type=int, default=1, help='draw every n-th prediction (classification)')
    parser.add_argument('--wait-time', type=float, default=2, help='seconds each window stays open')
    parser.add_argument('--tta', action='store_true', help='average over augmented copies of each image')
    parser.add_argument('--no-pin-memory', action='store_true', help='do not pin the memory of batches for a GPU')
    add_overrides(parser)
    add_allow_pickle(parser)
    add_launcher(parser)
    return parser


def run(args: argparse.Namespace) -> dict[str, float]:
    """Evaluate, and print the metrics once."""
    from mmengine.dist import is_main_process

    from mmvpt.engine import launch

    note_rank(args)
    obey_allow_pickle(args)
    metrics = launch.test(
        args.config,
        args.checkpoint,
        **chosen(args, 'work_dir', 'out', 'out_item', 'amp', 'tta'),
        **chosen(args, 'show', 'show_dir', 'interval', 'wait_time'),
        **chosen(args, 'cfg_options', 'launcher'),
        pin_memory=not args.no_pin_memory,
    )
    if is_main_process():
        for name, value in metrics.items():
            print(f'{name}: {value}')
    launch.shutdown()
    return metrics

"""List our configs, and those of the tables that ``MMVPT_RECIPES`` names.

A filter is the beginning of a name: ``--method vpt`` finds vpt, vpt_shallow and vpt_bias. In tools and in configs the
name of a config is ``mmvpt::NAME``.
"""

from __future__ import annotations

import argparse

EPILOG = """examples:
  python -m mmvpt configs --task segmentation
  python -m mmvpt configs --method lora --data cub
"""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(
        program, description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--method', help='its tuner, or its head: vpt, e2vpt, protuning, lora, full, mlp3, ...')
    parser.add_argument('--backbone', help='vit, vit-l, swin, resnet50, ...')
    parser.add_argument('--task', help='classification, segmentation or detection')
    parser.add_argument('--data', help='cub, cifar100, ade20k, coco, shapes')
    return parser


def run(args: argparse.Namespace) -> None:
    """Print the list."""
    from mmvpt.config.listing import format_entries, list_configs

    try:
        print(format_entries(list_configs(**vars(args))))
    except ValueError as error:
        raise argparse.ArgumentError(None, str(error)) from error

"""Compute class prototypes of the training split, to initialise prompts with."""

from __future__ import annotations

import argparse
from pathlib import Path

from .options import add_allow_pickle, add_config, add_overrides, obey_allow_pickle

EPILOG = """Then name the file in the tuner: tuner=dict(type="mmvpt.DeepPrompts", num_tokens=200,
prototypes="work_dirs/.../prototypes.safetensors")."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    add_config(parser, 'path of the config of a classifier, or mmvpt:: and its name')
    parser.add_argument('--out', help='the file to write; prototypes.safetensors in the work folder by default')
    parser.add_argument(
        '--number',
        type=int,
        help='number of prototypes; one per class by default, 200 clusters if there are more classes',
    )
    parser.add_argument(
        '--augment',
        action='store_true',
        help='augment images as in training; by default they are prepared as in a test',
    )
    parser.add_argument('--seed', type=int, default=0, help='seed of clusters and augmentation (%(default)s)')
    add_allow_pickle(parser)
    add_overrides(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Compute the prototypes and write their file."""
    from mmvpt.analysis.prototypes import compute_prototypes
    from mmvpt.engine import launch

    obey_allow_pickle(args)
    cfg = launch.load_config(args.config, None, args.cfg_options)
    prototypes = compute_prototypes(cfg, args.number, args.augment, args.seed)
    out = Path(args.out or Path(cfg.work_dir, 'prototypes.safetensors'))
    prototypes.write(out)
    number, images = prototypes.number, prototypes.meta['num_images']
    print(f'{number} prototypes of {images} images, at each of {prototypes.num_blocks} blocks')
    print(f'Wrote {out}')

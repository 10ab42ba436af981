"""Compute class prototypes of the training split, from which prompts can start."""

from __future__ import annotations

import argparse
from pathlib import Path

from mmengine.config import DictAction

from mmvpt.engine import launch
from mmvpt.prototypes import compute_prototypes


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Then tell prompts of the file: tuner=dict(type="mmvpt.DeepPrompts", num_tokens=200, '
        'prototypes="work_dirs/.../prototypes.safetensors").',
    )
    parser.add_argument('config', help='path of the config of a classifier, or mmvpt:: and its name')
    parser.add_argument('--out', help='the file to write; prototypes.safetensors in the work folder by default')
    parser.add_argument(
        '--number', type=int, help='how many; one for each class by default, 200 clusters where there are more classes'
    )
    parser.add_argument('--augment', action='store_true', help='see images as training does; else as tests do')
    parser.add_argument('--seed', type=int, default=0, help='of clusters and augmentation (%(default)s)')
    parser.add_argument('--allow-pickle', action='store_true', help='read a .pth file that may run code')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='overrides, as of tools/train.py')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if args.allow_pickle:
        launch.allow_pickle()
    cfg = launch.load_config(args.config, None, args.cfg_options)
    prototypes = compute_prototypes(cfg, args.number, args.augment, args.seed)
    out = Path(args.out or Path(cfg.work_dir, 'prototypes.safetensors'))
    prototypes.write(out)
    number, images = prototypes.number, prototypes.meta['num_images']
    print(f'{number} prototypes of {images} images, at each of {prototypes.num_blocks} blocks')
    print(f'Wrote {out}')


if __name__ == '__main__':
    main()

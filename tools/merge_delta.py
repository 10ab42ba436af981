"""Write base and delta as one checkpoint, for tools that know nothing of deltas."""

from __future__ import annotations

import argparse

from mmengine.config import DictAction

from mmvpt.engine import launch, merge_delta


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='path of the config that the delta was trained with, or mmvpt:: and its name')
    parser.add_argument('delta', help='the .safetensors of a delta, or the .pth beside it')
    parser.add_argument('out', help='the .pth to write')
    parser.add_argument(
        '--plain',
        action='store_true',
        help="write it for the model with its plain backbone, the tuner merged into the backbone's weights (LoRA)",
    )
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='overrides, as of tools/train.py')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    moved = merge_delta(launch.load_config(args.config, None, args.cfg_options), args.delta, args.out, args.plain)
    print(f'Wrote {args.out}')
    if args.plain:
        print(f'Merging moved features of a random image by {moved:.1e} at most')


if __name__ == '__main__':
    main()

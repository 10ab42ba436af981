"""Convert a pretrained backbone of another project into a base for tuning with mmvpt."""

from __future__ import annotations

import argparse
import os
import sys

from mmengine.config import Config

from mmvpt.checkpoint import ALLOW_PICKLE
from mmvpt.converters import FORMATS, HOSTS, convert

EPILOG = 'formats:\n' + '\n'.join(f'  {key:<20}{known.title}' for key, known in FORMATS.items())


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', metavar='SRC', help='the pretrained file')
    parser.add_argument('target', metavar='DST', help='the file to write: .safetensors (default) or .pth')
    parser.add_argument(
        '--format',
        choices=['auto', *FORMATS],
        default='auto',
        metavar='FORMAT',
        help='one of those below (by the names in the file)',
    )
    parser.add_argument('--host', choices=HOSTS, default='mmpretrain', help='whose backbone reads it (mmpretrain)')
    parser.add_argument('--num-heads', type=int, help='attention heads of a ViT, for widths that no table knows')
    parser.add_argument('--img-size', type=int, help='interpolate the position embedding for images of this size')
    parser.add_argument('--window-size', type=int, help='interpolate the biases of a Swin for windows of this size')
    parser.add_argument('--dry-run', action='store_true', help='report and write nothing')
    parser.add_argument(
        '--allow-pickle',
        action='store_true',
        help='run code that the file may carry; only if you trust its maker',
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if args.allow_pickle:
        os.environ[ALLOW_PICKLE] = '1'
    try:
        conversion = convert(
            args.source,
            format=args.format,
            num_heads=args.num_heads,
            img_size=args.img_size,
            window_size=args.window_size,
            host=args.host,
        )
        print(f'{args.source}: {FORMATS[conversion.format].title}\n{conversion.report}')
        target = args.target if args.dry_run else conversion.save(args.target)
    except (ValueError, OSError) as error:
        sys.exit(f'{error}\nNothing was written.')
    pretrained = dict(type='Pretrained', checkpoint=str(target), prefix='backbone.')
    print(Config(dict(backbone=dict(**conversion.backbone, init_cfg=pretrained))).pretty_text)


if __name__ == '__main__':
    main()

"""Convert a pretrained backbone of another project into a base for tuning with mmvpt."""

from __future__ import annotations

import argparse
import sys

from mmvpt.config.hosts import HOSTS

from .names import FORMATS
from .options import add_allow_pickle, obey_allow_pickle

EPILOG = 'formats:\n' + '\n'.join(f'  {key:<20}{title}' for key, title in FORMATS.items())


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(
        program, description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', metavar='SRC', help='the pretrained file')
    parser.add_argument('target', metavar='DST', help='the file to write: .safetensors (default) or .pth')
    parser.add_argument(
        '--format',
        choices=['auto', *FORMATS],
        default='auto',
        metavar='FORMAT',
        help='one of the formats below; auto (default) recognises it by the names in the file',
    )
    parser.add_argument(
        '--host', choices=HOSTS, default='mmpretrain', help='package whose backbone reads the file (mmpretrain)'
    )
    parser.add_argument('--num-heads', type=int, help='attention heads of a ViT, for widths that no table knows')
    parser.add_argument('--img-size', type=int, help='interpolate the position embedding for images of this size')
    parser.add_argument('--window-size', type=int, help='interpolate the biases of a Swin for windows of this size')
    parser.add_argument(
        '--origin', help='where SRC is from, such as a URL; kept in DST and in deltas that are trained on it'
    )
    parser.add_argument('--licence', help='of the weights in SRC, such as Apache-2.0; kept likewise')
    parser.add_argument('--dry-run', action='store_true', help='report and write nothing')
    add_allow_pickle(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Convert, report on every weight, and print the config that reads the file."""
    from mmengine.config import Config

    from mmvpt.converters import convert

    obey_allow_pickle(args)
    try:
        conversion = convert(
            args.source,
            format=args.format,
            num_heads=args.num_heads,
            img_size=args.img_size,
            window_size=args.window_size,
            host=args.host,
        )
        print(f'{args.source}: {FORMATS[conversion.format]}\n{conversion.report}')
        target = args.target if args.dry_run else conversion.save(args.target, args.origin, args.licence)
    except (ValueError, OSError) as error:
        sys.exit(f'{error}\nNothing was written.')
    pretrained = dict(type='Pretrained', checkpoint=str(target), prefix='backbone.')
    print(Config(dict(backbone=dict(**conversion.backbone, init_cfg=pretrained))).pretty_text)

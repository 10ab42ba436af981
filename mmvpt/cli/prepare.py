"""Unpack and split a data set that you have downloaded, and list what to download for one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

EPILOG = """Without a name it lists all data sets. Archives are checked against published checksums, unpacked once, and
every image is looked for; an interrupted command is made up for by the same command. Afterwards `mmvpt verify lists
FOLDER` decodes every image."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    parser.add_argument('name', nargs='?', help='of a data set')
    parser.add_argument('--from', dest='archives', type=Path, help='folder of the files that you downloaded')
    parser.add_argument('--to', type=Path, help='folder of the data set; data/NAME by default')
    parser.add_argument('--seed', type=int, default=0, help='of the images held out to select on (%(default)s)')
    parser.add_argument(
        '--splits', type=Path, help='folder of train.json, val.json and test.json, in place of a split by seed'
    )
    parser.add_argument(
        '--unchecked', action='store_true', help='take files whose checksums are not the published ones'
    )
    return parser


def run(args: argparse.Namespace) -> None:
    """Prepare, or list what there is."""
    from mmvpt.datasets.catalog import CATALOG
    from mmvpt.datasets.prepare import prepare
    from mmvpt.text.tables import format_table

    if args.name is None:
        rows = [
            {
                'name': name,
                'data set': entry.title,
                'GB': f'{entry.gigabytes:g}',
                'classes': str(entry.classes),
                'images': ' + '.join(f'{number:,}' for number in entry.sizes.values()),
                'from': entry.page,
            }
            for name, entry in CATALOG.items()
        ]
        print(format_table(rows))
        return
    if args.archives is None and args.name in CATALOG:
        entry = CATALOG[args.name]
        files = [f'  {archive.name}  MD5 {archive.md5 or "not published"}' for archive in entry.archives]
        sys.exit(
            '\n'.join(
                [
                    f'Download from {entry.page} (about {entry.gigabytes:g} GB; terms: {entry.terms}):',
                    *files,
                    f'Then: python -m mmvpt prepare {args.name} --from FOLDER',
                ]
            )
        )
    folder = args.to or Path('data', args.name)
    prepared = prepare(
        args.name, args.archives or Path(), folder, seed=args.seed, splits=args.splits, unchecked=args.unchecked
    )
    sizes = ', '.join(f'{split} {number:,}' for split, number in prepared.sizes.items())
    print(f'{prepared.folder}: {sizes}. Check every image: python -m mmvpt verify lists {prepared.folder}')

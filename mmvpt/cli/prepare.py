"""Unpack and split a data set that you have downloaded, and list what to download for one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

EPILOG = """Without a name it lists all data sets. Archives are checked against published checksums, unpacked once, and
every image is looked for; an interrupted command is made up for by the same command. Afterwards `mmvpt verify lists
FOLDER` decodes every image. The name vtab makes the tasks of VTAB-1k from the folder of TensorFlow Datasets, which has
to have prepared them; TensorFlow itself is not needed, and `mmvpt verify vtab FOLDER` decodes every image."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    parser.add_argument('name', nargs='?', help='of a data set, or vtab')
    parser.add_argument(
        '--from', dest='archives', type=Path, help='folder of the files that you downloaded; of TensorFlow Datasets'
    )
    parser.add_argument('--to', type=Path, help='folder of the data set; data/NAME by default, data/vtab-1k for vtab')
    parser.add_argument('--seed', type=int, default=0, help='of the images held out to select on (%(default)s)')
    parser.add_argument(
        '--splits', type=Path, help='folder of train.json, val.json and test.json, in place of a split by seed'
    )
    parser.add_argument(
        '--unchecked', action='store_true', help='take files whose checksums are not the published ones'
    )
    parser.add_argument('--tasks', nargs='+', default=[], metavar='TASK', help='those of vtab to make; all by default')
    return parser


def run(args: argparse.Namespace) -> None:
    """Prepare, or list what there is."""
    _WAYS.get(args.name, _prepare_archives)(args)


def _list(args: argparse.Namespace) -> None:
    from mmvpt.datasets.catalog import CATALOG
    from mmvpt.text.tables import format_table

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
    tasks = {'name': 'vtab', 'data set': 'VTAB-1k', 'GB': '', 'classes': '', 'images': '19 tasks of 800 + 200 + test'}
    print(format_table([*rows, {**tasks, 'from': 'TensorFlow Datasets'}]))


def _prepare_archives(args: argparse.Namespace) -> None:
    from mmvpt.datasets.catalog import CATALOG
    from mmvpt.datasets.prepare import prepare

    _refuse(args, 'tasks')
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


def _prepare_vtab(args: argparse.Namespace) -> None:
    from mmvpt.datasets.prepare.vtab import prepare_vtab
    from mmvpt.datasets.prepare.vtab_sources import VTAB_SOURCES

    _refuse(args, 'seed', 'splits', 'unchecked')
    if args.archives is None:
        names = dict.fromkeys(row.title for task, row in VTAB_SOURCES.items() if task in (args.tasks or VTAB_SOURCES))
        sys.exit(
            '\n'.join(
                [
                    'Where TensorFlow Datasets is installed (pip install tensorflow-datasets tensorflow), make:',
                    *(f'  tfds build {name}' for name in names),
                    'Then: python -m mmvpt prepare vtab --from ~/tensorflow_datasets, or where you made them',
                ]
            )
        )
    folder = args.to or Path('data', 'vtab-1k')
    for prepared in prepare_vtab(args.archives.expanduser(), folder, args.tasks):
        print(f'{prepared.folder}: {", ".join(f"{split} {number:,}" for split, number in prepared.sizes.items())}')
    print(f'Check every image: python -m mmvpt verify vtab {folder}')


def _refuse(args: argparse.Namespace, *options: str) -> None:
    """Refuse options that a data set has no use for."""
    for option in options:
        if getattr(args, option):
            raise argparse.ArgumentError(None, f'{args.name} takes no --{option}')


_WAYS: dict[str | None, Callable[[argparse.Namespace], None]] = {None: _list, 'vtab': _prepare_vtab}

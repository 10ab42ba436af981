"""Options that several verbs share."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import DictAction

from .names import LAUNCHERS


def chosen(args: Namespace, *names: str) -> dict[str, Any]:
    """Options that a function takes by the names they have in a command."""
    return {name: getattr(args, name) for name in names}


def add_config(parser: ArgumentParser, what: str = 'path of a config, or mmvpt::NAME') -> None:
    """Add the argument for a config."""
    parser.add_argument('config', help=what)


def add_overrides(
    parser: ArgumentParser,
    what: str = 'overrides, e.g. randomness.seed=1 or key="[a,b]" or key="[(a,b),(c,d)]" (no spaces)',
) -> None:
    """Add the option for overrides of a config."""
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE', help=what)


def add_allow_pickle(parser: ArgumentParser) -> None:
    """Add the option that allows files that may run code; ``obey_allow_pickle`` applies it."""
    parser.add_argument(
        '--allow-pickle', action='store_true', help='read files that may run code; use it only for files that you trust'
    )


def obey_allow_pickle(args: Namespace) -> None:
    """Allow this process and its children to read files that may run code, if the user asks for it."""
    if args.allow_pickle:
        from mmvpt.engine import launch

        launch.allow_pickle()


def add_launcher(parser: ArgumentParser) -> None:
    """Add the options of launchers: which one started the processes, and the rank of this one; see ``note_rank``."""
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none', help='what started the processes')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help='set by older launchers')


def note_rank(args: Namespace) -> None:
    """Set the local rank in the environment, where MMEngine reads it, unless the launcher did."""
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))


def add_seeds(parser: ArgumentParser, what: str) -> None:
    """Add the option for the seeds of repeated runs."""
    parser.add_argument('--seeds', type=int, nargs='+', default=[0], help=f'{what} (%(default)s)')


def add_segment_floor(parser: ArgumentParser) -> None:
    """Add the option for the share of segments that is never pruned."""
    parser.add_argument(
        '--segment-floor',
        type=float,
        default=0.0,
        help="share of each token's segments that always remains; none by default, 0.25 in the public code",
    )


def add_choice(parser: ArgumentParser, name: str, choices: Sequence[str]) -> None:
    """Add an option that chooses some of several names."""
    parser.add_argument(name, nargs='+', choices=choices, default=list(choices), help='all by default')


def add_folders(parser: ArgumentParser, study: str, data: str = 'data/shapes') -> None:
    """Add the options for the folders of a study."""
    folder = f'work_dirs/{study}'
    parser.add_argument('--work-dir', type=Path, default=folder, help='folder of all results (%(default)s)')
    parser.add_argument('--data-root', type=Path, default=data, help='folder of the images (%(default)s)')


def add_drawing(parser: ArgumentParser, splits: Sequence[str]) -> None:
    """Add the options of data sets that are drawn; ``splits_of`` returns the numbers of images."""
    parser.add_argument('--seed', type=int, default=0, help='another seed draws other images (%(default)s)')
    parser.add_argument('--size', type=int, help='height and width in pixels, instead of the default of each format')
    images = dict(train='training', val='validation', test='test')
    for split in splits:
        what = f'number of {images[split]} images, instead of the default of each format'
        parser.add_argument(f'--{split}', type=int, help=what)
    parser.add_argument(
        '--workers', type=int, default=2, help='number of processes that draw (%(default)s; 0 uses only this one)'
    )


def splits_of(args: Namespace) -> dict[str, int]:
    """The numbers of images that were asked for, by split."""
    numbers = {split: getattr(args, split, None) for split in ('train', 'val', 'test')}
    return {split: number for split, number in numbers.items() if number is not None}

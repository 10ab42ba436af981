"""Options that several verbs share."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import DictAction

from .names import LAUNCHERS


def add_config(parser: ArgumentParser, what: str = 'path of a config, or mmvpt:: and the name of one of ours') -> None:
    """Take a config."""
    parser.add_argument('config', help=what)


def add_overrides(
    parser: ArgumentParser,
    what: str = 'overrides, e.g. randomness.seed=1 or key="[a,b]" or key="[(a,b),(c,d)]" (no spaces)',
) -> None:
    """Take overrides of a config."""
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE', help=what)


def add_allow_pickle(parser: ArgumentParser) -> None:
    """Take leave to read files that may run code; ``obey_allow_pickle`` gives it."""
    parser.add_argument('--allow-pickle', action='store_true', help='read files that may run code: only your own')


def obey_allow_pickle(args: Namespace) -> None:
    """Let this process and its children read files that may run code, if the user says so."""
    if args.allow_pickle:
        from mmvpt.engine import launch

        launch.allow_pickle()


def add_launcher(parser: ArgumentParser) -> None:
    """Take who started the processes, and which of them this is; ``note_rank`` tells MMEngine."""
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none', help='who started the processes')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help='set by older launchers')


def note_rank(args: Namespace) -> None:
    """Put the rank on this machine where MMEngine looks for it, unless the launcher did."""
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))


def add_seeds(parser: ArgumentParser, what: str) -> None:
    """Take the seeds of runs that are repeated."""
    parser.add_argument('--seeds', type=int, nargs='+', default=[0], help=f'{what} (%(default)s)')


def add_segment_floor(parser: ArgumentParser) -> None:
    """Take the share of segments that is never pruned."""
    parser.add_argument(
        '--segment-floor',
        type=float,
        default=0.0,
        help="share of each token's segments that stays in any case; none by default, 0.25 in the public code",
    )


def add_choice(parser: ArgumentParser, name: str, choices: Sequence[str]) -> None:
    """Take which of several things to do."""
    parser.add_argument(name, nargs='+', choices=choices, default=list(choices), help='all by default')


def add_folders(parser: ArgumentParser, study: str) -> None:
    """Take the folders of a study on Shapes."""
    folder = f'work_dirs/{study}'
    parser.add_argument('--work-dir', type=Path, default=folder, help='folder of all results (%(default)s)')
    parser.add_argument('--data-root', type=Path, default='data/shapes', help='for the pictures (%(default)s)')

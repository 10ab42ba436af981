"""``python -m mmvpt VERB``: one file a verb."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module

#: What each verb does; its module has the same name.
VERBS = {
    'host': 'run a tool of mmpretrain, mmseg or mmdet on a config that inherits one of ours',
    'show': 'print what the tuner of a config binds where',
}


def main(arguments: Sequence[str]) -> int:
    """Hand the arguments to a verb; return the exit status."""
    width = max(map(len, VERBS))
    parser = argparse.ArgumentParser(
        prog='python -m mmvpt',
        description=f'{__doc__}\n\nverbs:\n' + '\n'.join(f'  {verb:<{width}}  {what}' for verb, what in VERBS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('verb', choices=VERBS, metavar='VERB', help='what to do; VERB --help says how')
    verb = parser.parse_args(arguments[:1]).verb
    return import_module(f'mmvpt.cli.{verb}').main(arguments[1:])

"""Compare our configs of two checkouts, resolved and key by key.

    python tools/compare_configs.py save configs_before.pkl   # in the old checkout: resolve every config, and keep all
    python tools/compare_configs.py check configs_before.pkl  # in the new one: the same names, the same contents?

Names are those of the saved file. The exit status is 1 where a config is gone or differs. What is to differ is named by
patterns: ``--repaired '*.default_hooks.finite_loss'`` is one key of every config. The order of keys counts for hooks
alone. All of mmpretrain, mmseg and mmdet must be there, as configs inherit theirs.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmvpt.config.find import find_config, list_names


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('do', choices=('save', 'check'))
    parser.add_argument('file', type=Path, help='where the resolved configs are kept')
    parser.add_argument(
        '--repaired', nargs='*', default=[], metavar='NAME.KEY', help='may differ (* is anything): printed, not counted'
    )
    return parser.parse_args()


def resolve(name: str) -> dict[str, Any]:
    """Return what a config of ours says once all its bases are merged."""
    return Config.fromfile(find_config(f'mmvpt::{name}.py')).to_dict()


def differences(before: Any, after: Any, key: str = '') -> Iterator[str]:
    """Yield the dotted keys at which two values differ, and how."""
    if isinstance(before, dict) and isinstance(after, dict):
        for one in before.keys() | after.keys():
            inner = f'{key}.{one}' if key else str(one)
            if one not in before or one not in after:
                yield f'{inner}: only {"after" if one in after else "before"}'
            else:
                yield from differences(before[one], after[one], inner)
        if key.endswith('hooks') and before.keys() == after.keys() and list(before) != list(after):
            yield f'{key}: in the order {list(after)}, {list(before)} before'
    elif isinstance(before, list | tuple) and type(before) is type(after) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f'{key}.{index}')
    elif repr(before) != repr(after):
        yield f'{key}: {before!r} before, {after!r} after'


def check(saved: dict[str, dict[str, Any]], repaired: Sequence[str]) -> int:
    """Print every difference, and return how many configs differ."""
    differ = 0
    for name, before in saved.items():
        try:
            found = sorted(differences(before, resolve(name)))
        except Exception as error:  # a config that does not resolve is a difference like others
            found = [f'{type(error).__name__}: {error}']
        lines = [f'{name}.{one}' for one in found]
        differ += not all(any(fnmatchcase(line, f'{pattern}*') for pattern in repaired) for line in lines)
        print(*lines, sep='\n', end='\n' if lines else '')
    print(f'{len(saved)} configs, {differ} differ.')
    return differ


def main() -> None:
    args = parse_args()
    if args.do == 'save':
        names = list_names()
        args.file.write_bytes(pickle.dumps({name: resolve(name) for name in names}))
        print(f'{len(names)} configs are in {args.file}.')
    else:
        sys.exit(bool(check(pickle.loads(args.file.read_bytes()), args.repaired)))


if __name__ == '__main__':
    main()

"""For developers: damage tiny data sets in many ways, and print what the checker and a training say of them."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seed', type=int, default=0, help='which files are damaged (%(default)s)')
    parser.add_argument('--cases', type=int, help='try so many, evenly chosen; all by default')
    parser.add_argument('--only', default='', help='try those that have this in "layout kind name"')
    parser.add_argument('--no-train', action='store_true', help='ask the checker alone')
    parser.add_argument('--json', type=Path, help='write each outcome to this file')
    parser.add_argument('--repo', type=Path, default=HERE, help='whose mmvpt is tried: a checkout; this one by default')
    parser.add_argument('--verbose', action='store_true', help='print each outcome')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    repo = args.repo.resolve()
    sys.path[0] = str(repo)
    import_module('mmvpt')  # of that checkout; everything else is of this one

    sys.path[0] = str(HERE)
    from tests.damage.data import as_records, make_table, summary, try_all
    from tests.damage.data_cases import damages

    cases = [one for one in damages(args.seed) if args.only in f'{one.layout} {one.kind} {one.name}']
    cases = cases[:: max(1, len(cases) // args.cases)][: args.cases] if args.cases else cases
    start, outcomes = time.monotonic(), []
    with tempfile.TemporaryDirectory() as scratch:
        for one in try_all(cases, repo, Path(scratch), train=not args.no_train):
            outcomes.append(one)
            if args.verbose:
                what = f'{one.layout} {one.kind}: {one.name} ({one.place})'
                print(f'{one.said:17} {one.did:13} {one.seconds:5.1f}  {what}')
                words = f'{one.words}\n-> {one.error}'.splitlines()
                print(*(f'    {line[:300]}' for line in words), sep='\n', flush=True)
    print(make_table(outcomes))
    print(summary(outcomes))
    print(f'{time.monotonic() - start:.0f} seconds, {sum(os.times()[:4]):.0f} of them busy, seed {args.seed}')
    if args.json:
        args.json.write_text(json.dumps(as_records(outcomes), indent=1))


if __name__ == '__main__':
    main()

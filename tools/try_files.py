"""Hand damaged and hostile files to every reader and command, and print what came of it.

    python tools/try_files.py                       # a third of all cases, three minutes of one processor
    python tools/try_files.py --seed 7 --cases 9999 # all, damaged at other places
    python tools/try_files.py --repo ../before      # the mmvpt of another checkout

Each case runs in a process of its own with limits of time and memory. The exit status is 1 where anything came of a
case but a refusal with file and remedy, or a file accepted rightly.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
MEMORY = '/dev/shm'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--seed', type=int, default=0, help='of places and numbers (%(default)s)')
    parser.add_argument('--cases', type=int, default=1200, help='how many of all 3,400 (%(default)s)')
    parser.add_argument('--kind', default='', help='only rows of the table that begin so')
    parser.add_argument('--commands', type=int, default=0, help='run as many once more as true command lines')
    parser.add_argument('--json', type=Path, help='file to write every case and its outcome into')
    parser.add_argument('--repo', type=Path, default=HERE, help='checkout whose mmvpt is tried (this one)')
    parser.add_argument('--show', type=int, default=3, help='how many cases of each bad outcome are listed')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    repo = args.repo.resolve()
    use_mmvpt_of(repo)
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as root:
        sys.exit(try_files(args, repo, Path(root).resolve()))


def use_mmvpt_of(repo: Path) -> None:
    """Import mmvpt from a checkout, and all else from this one; one thread, and no pickles by a wish of before."""
    os.environ.update(OMP_NUM_THREADS='1', LOCAL_RANK='0')
    os.environ.pop('MMVPT_ALLOW_PICKLE', None)
    sys.path.insert(0, str(repo))
    __import__('mmvpt')
    sys.path[0] = str(HERE)


def try_files(args: argparse.Namespace, repo: Path, root: Path) -> int:
    """Try the cases, print the table, and return whether any outcome is bad."""
    from tests.damage.files.case import GOOD
    from tests.damage.files.commands import some_commands
    from tests.damage.files.plan import cases
    from tests.damage.files.session import choose, open_trial
    from tests.damage.files.trial import compare, faults, table

    trial = open_trial(root, repo)
    found = [case for case in cases(trial.true, args.seed) if case.damage.kind.startswith(args.kind)]
    chosen = choose(found, args.cases)
    tried = []
    for number, case in enumerate(chosen, start=1):
        tried.append(trial.try_case(case))
        if sys.stderr.isatty():
            print(f'\r{number} of {len(chosen)} cases', end='' if number < len(chosen) else '\n', file=sys.stderr)
    print(table(tried), faults(tried, args.show), sep='\n')
    print(f'\n{len(tried)} of {len(found)} cases, seed {args.seed}, {seconds():.0f} s of the processor')
    if args.json:
        rows = [dict(case=one.case.title, outcome=one.outcome.value, **vars(one.seen)) for one in tried]
        args.json.write_text(json.dumps(rows, indent=1))
    if again := [trial.try_command(case) for case in some_commands(chosen, args.commands, args.seed)]:
        print(compare(tried, again))
    return int(any(one.outcome not in GOOD for one in tried))


def seconds() -> float:
    """Of the processor, of this process and all that it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == '__main__':
    main()

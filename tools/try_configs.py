"""Try wrong configs: which are stopped, when, and in whose words.

    python tools/try_configs.py --json after.json
    git worktree add ../before 7082575
    python tools/try_configs.py --repo ../before --json before.json   # the same cases, older code

Cases are drawn by the seed from all showcases and some rows, and trained for a few iterations on tiny data. All of
mmpretrain, mmseg and mmdet must be there.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

from tests.damage.configs import make_bases, make_cases, run, table  # noqa: E402


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--seed', type=int, default=0, help='of the cases (%(default)s)')
    parser.add_argument('--cases', type=int, default=400, help='how many (%(default)s)')
    parser.add_argument('--json', type=Path, help='file for every case and how it ended')
    parser.add_argument('--repo', type=Path, default=HERE, help='checkout whose mmvpt is tried; this one by default')
    parser.add_argument('--bases', type=Path, help='folder that keeps shrunk configs and their data for the next time')
    parser.add_argument('--only', help='try cases alone whose kind begins so')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bases = make_bases(args.bases or Path(folder) / 'bases')
        cases = make_cases(bases, args.cases, args.seed)
        chosen = [case for case in cases if case.damage.kind.startswith(args.only or '')]
        ended = run(chosen, bases, Path(folder) / 'trials', args.repo.resolve())
    print(table(ended))
    if args.json:
        kept = [dict(kind=one.case.damage.kind, case=str(one.case), end=one.end, said=one.said) for one in ended]
        args.json.write_text(json.dumps(kept, indent=1))


if __name__ == '__main__':
    main()

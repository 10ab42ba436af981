"""Kill runs at random moments, resume them, and print what came of it."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> None:
    """Try, print each outcome as it comes, and count them."""
    from tests.damage.kills.others import OTHERS
    from tests.damage.kills.runs import FINE, TASKS, as_json, try_task

    kinds = {**{task: partial(try_task, task) for task in TASKS}, **OTHERS}

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seed', type=int, default=0, help='of the moments (%(default)s)')
    parser.add_argument('--moments', type=int, default=60, help='for each task (%(default)s)')
    parser.add_argument('--tasks', nargs='+', choices=kinds, default=list(TASKS), help='of %(choices)s')
    parser.add_argument('--json', type=Path, metavar='OUT', help='also write the table here')
    args = parser.parse_args()
    outcomes = []
    with tempfile.TemporaryDirectory() as root:
        for task in args.tasks:
            for outcome in kinds[task](args.moments, Path(root) / task, args.seed):
                print(outcome, flush=True)
                outcomes.append(outcome)
    fine = sum(outcome.outcome == FINE for outcome in outcomes)
    print(f'{fine} of {len(outcomes)}: {FINE}')
    if args.json:
        args.json.write_text(json.dumps(as_json(outcomes), indent=1))
    sys.exit(fine < len(outcomes))


if __name__ == '__main__':
    main()

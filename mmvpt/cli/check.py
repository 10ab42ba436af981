"""Check a config before anything is run: keys, values, and whether its parts fit each other.

No data and no weights are needed; ``verify`` looks at data. A training does the same before it begins. The exit status
is 1 if there is a problem; remarks are none.
"""

from __future__ import annotations

import argparse
import sys

from .options import add_config, add_overrides

EPILOG = """examples:
  python -m mmvpt check mmvpt::vit_vpt_cub
  python -m mmvpt check my_config.py --cfg-options optim_wrapper.optimizer.lr=0.01
"""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare what it takes."""
    parser = argparse.ArgumentParser(
        program, description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_config(parser)
    add_overrides(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Print what is wrong, and end with a status for scripts."""
    from mmvpt.config.check import check_file

    try:
        problems = check_file(args.config, args.cfg_options)
    except (FileNotFoundError, ModuleNotFoundError) as error:
        raise argparse.ArgumentError(None, str(error)) from error
    for problem in problems:
        print(f'Remark on {problem}' if problem.remark else problem)
    wrong = sum(not problem.remark for problem in problems)
    print(f'{wrong} problem{"s" * (wrong > 1)} found.' if wrong else 'No problem found.')
    sys.exit(1 if wrong else 0)

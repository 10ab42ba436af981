"""Say what is installed, what was tested together, and how to mend what is wrong."""

from __future__ import annotations

import argparse
import sys

from mmvpt.env.check_env import check, make_parser

__all__ = ['make_parser', 'run']


def run(args: argparse.Namespace) -> None:
    """Check, and end with a status for scripts."""
    sys.exit(check(args.tasks))

"""Check an environment: print what is installed and what was tested together, and how to repair problems."""

from __future__ import annotations

import argparse
import sys

from mmvpt.env.check_env import check, make_parser

__all__ = ['make_parser', 'run']


def run(args: argparse.Namespace) -> None:
    """Check, and exit with a status for scripts."""
    sys.exit(check(args.tasks))

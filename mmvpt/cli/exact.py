"""Print how far outputs change where they should not: with untrained tuners, after folding and after merging."""

from __future__ import annotations

import argparse


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare a command without options."""
    return argparse.ArgumentParser(program, description=__doc__)


def run(args: argparse.Namespace) -> None:
    """Measure, and print a table."""
    from mmvpt.analysis.exactness import measure_exactness
    from mmvpt.text.tables import format_table

    print(format_table(list(measure_exactness())))

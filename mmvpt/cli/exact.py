"""Print how far outputs move where nothing should change: at the start of tuners, by folding and by merging."""

from __future__ import annotations

import argparse


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare that it takes nothing."""
    return argparse.ArgumentParser(program, description=__doc__)


def run(args: argparse.Namespace) -> None:
    """Measure, and print a table."""
    from mmvpt.analysis.exactness import measure_exactness
    from mmvpt.text.tables import format_table

    print(format_table(list(measure_exactness())))

"""Lay out results of sweeps: tables, tests between methods and curves, or the tables of a paper.

Results that may not stand in one table are refused, with the files that hold which.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .names import PHASES

EPILOG = """Examples: "work_dirs/vtab --against full --out report.md --out report.tex", "work_dirs/vtab --as vpt-table1
--paper", and "--as vpt-table13 --paper" for the figures of the paper alone."""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__, epilog=EPILOG)
    parser.add_argument('work_dirs', nargs='*', type=Path, help='folders of sweeps, or those above them')
    parser.add_argument('--protocol', metavar='NAME', help='report the results of this one of several protocols')
    parser.add_argument('--phase', choices=PHASES, default='final', help='which trainings (%(default)s)')
    parser.add_argument('--against', metavar='METHOD', help='count wins against this one (full, if there is one)')
    parser.add_argument('--test', metavar='METHOD', help='test this one against each other, not each against --against')
    parser.add_argument('--as', dest='layout', metavar='NAME', help='lay results out as a table of a paper')
    parser.add_argument('--paper', action='store_true', help="with --as: print the paper's figures too")
    parser.add_argument('--list', action='store_true', help='list the tables that --as takes')
    parser.add_argument(
        '--out',
        type=Path,
        action='append',
        default=[],
        metavar='FILE',
        help='write the report there too, as .md, .csv or .tex, or its curves as .png; may be given several times',
    )
    return parser


def run(args: argparse.Namespace) -> None:
    """Report, and print it."""
    from mmvpt.benchmark.reports.paper_layout import list_layouts
    from mmvpt.benchmark.reports.report import Question, report_results

    if args.list:
        print(list_layouts())
        return
    if args.paper and not args.layout:
        raise argparse.ArgumentError(None, '--paper needs --as, the table whose figures to print')
    if args.layout and (args.against or args.test):
        raise argparse.ArgumentError(None, '--against and --test are for tables of our own, without --as')
    if not args.work_dirs and not args.paper:
        raise argparse.ArgumentError(None, 'give folders of results, or --as NAME --paper for the figures of a paper')
    question = Question(
        phase=args.phase,
        protocol=args.protocol,
        against=args.against,
        tested=args.test,
        layout=args.layout,
        paper=args.paper,
    )
    print(report_results(args.work_dirs, question, args.out), end='')

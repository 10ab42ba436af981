"""Count the parameters of configs, and compare them with what papers print.

Without a config it counts every number of every paper that mmvpt knows. Models are built without memory: no weights, no
data and no GPU are needed.
"""

from __future__ import annotations

import argparse

from .names import PAPERS
from .options import add_overrides


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    parser.add_argument('configs', nargs='*', help='paths, or mmvpt:: and names of our configs')
    parser.add_argument('--paper', choices=PAPERS, help='count the models of this paper, instead of configs')
    parser.add_argument('--markdown', action='store_true', help='print the tables of a paper as Markdown')
    add_overrides(
        parser, 'overrides for all configs, e.g. model.head.num_classes=10; they are then not compared with papers'
    )
    return parser


def run(args: argparse.Namespace) -> None:
    """Count, and print tables."""
    from mmvpt.papers.report import report_configs, report_paper

    if args.configs and args.paper:
        raise argparse.ArgumentError(None, 'give configs or --paper, not both')
    if args.configs:
        print(report_configs(args.configs, args.cfg_options))
        return
    for paper in [args.paper] if args.paper else PAPERS:
        print(report_paper(paper, markdown=args.markdown))

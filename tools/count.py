"""Count the parameters of configs, and compare them with what papers print.

    python tools/count.py configs/upernet_protuning_ade20k.py   # a config, or several
    python tools/count.py                                       # every number of every paper that mmvpt knows

Models are built without memory: no weights, no data and no GPU are needed.
"""

from __future__ import annotations

import argparse

from mmengine.config import DictAction

from mmvpt.analysis.count_report import report_configs, report_paper
from mmvpt.analysis.published import PAPERS


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('configs', nargs='*', help='paths, or mmvpt:: and names of our configs')
    parser.add_argument('--paper', choices=PAPERS, help='count what this paper prints, instead of configs')
    parser.add_argument('--markdown', action='store_true', help='tables of a paper under headings of Markdown')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='overrides for all configs, e.g. model.head.num_classes=10; papers have no value for these',
    )
    args = parser.parse_args()
    if args.configs and args.paper:
        parser.error('give configs or --paper, not both')
    return args


def main() -> None:
    args = parse_args()
    if args.configs:
        print(report_configs(args.configs, args.cfg_options))
        return
    for paper in [args.paper] if args.paper else PAPERS:
        print(report_paper(paper, markdown=args.markdown))


if __name__ == '__main__':
    main()

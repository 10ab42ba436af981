"""Print how far outputs move where nothing should change: at the start of tuners, by folding and by merging."""

from __future__ import annotations

import argparse

from mmvpt.analysis.exactness import measure_exactness
from mmvpt.analysis.tables import format_table


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(format_table(list(measure_exactness())))


if __name__ == '__main__':
    main()

"""Print an index of our configs: which method has one, for which backbone and task, and with what options.

    python tools/configs.py                 # the tables of docs/configs.md
    python tools/configs.py --folder mine   # of the configs in another folder

It reads the configs and builds nothing. All of mmpretrain, mmseg and mmdet must be there, as configs inherit theirs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mmvpt.analysis.config_index import format_index, read_showcases


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--folder', type=Path, help='folder of configs, in place of ours')
    return parser.parse_args()


def main() -> None:
    folder = parse_args().folder
    links = {} if folder is None else dict(folder=str(folder))
    print(format_index(read_showcases(folder), **links), end='')


if __name__ == '__main__':
    main()

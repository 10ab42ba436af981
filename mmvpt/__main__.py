"""``mmvpt VERB`` and ``python -m mmvpt VERB``."""

import sys
from pathlib import Path

from mmvpt import cli


def main() -> None:
    """Do what the command line says."""
    program, *arguments = sys.argv
    cli.main(arguments, 'mmvpt' if Path(program).name == 'mmvpt' else 'python -m mmvpt')


if __name__ == '__main__':
    main()

"""``python -m mmvpt VERB``."""

import sys

from mmvpt.cli import main

if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

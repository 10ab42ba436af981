"""``python -m mmvpt VERB``."""

import sys

from mmvpt.cli import main

sys.exit(main(sys.argv[1:]))

"""``python -m mmvpt.check_env``, now ``python -m mmvpt check_env``."""

import sys

from mmvpt.env.check_env import main

__all__ = ['main']

if __name__ == '__main__':
    sys.exit(main())

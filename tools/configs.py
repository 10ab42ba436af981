"""Print an index of our configs: ``python -m mmvpt index`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'index')

if __name__ == '__main__':
    main()

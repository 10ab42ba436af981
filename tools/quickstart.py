"""Tune a segmentor on a frozen base, evaluate it, segment a new picture: ``python -m mmvpt quickstart`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'quickstart')

if __name__ == '__main__':
    main()

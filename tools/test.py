"""Evaluate a checkpoint, full or delta: ``python -m mmvpt test`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'test')

if __name__ == '__main__':
    main()

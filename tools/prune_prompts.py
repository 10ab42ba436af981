"""Prune prompts by their scores: ``python -m mmvpt prune`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'prune')

if __name__ == '__main__':
    main()

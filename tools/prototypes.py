"""Compute class prototypes to initialise prompts with: ``python -m mmvpt prototypes`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'prototypes')

if __name__ == '__main__':
    main()

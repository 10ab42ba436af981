"""Check a data set, and say what is missing or wrong: ``python -m mmvpt verify`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'verify')

if __name__ == '__main__':
    main()

"""Say what is missing or wrong in a data set: ``python -m mmvpt verify`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'verify')

if __name__ == '__main__':
    main()

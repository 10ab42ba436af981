"""Count the parameters of configs, and compare them with papers: ``python -m mmvpt count`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'count')

if __name__ == '__main__':
    main()

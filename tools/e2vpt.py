"""Train, score, prune and train again: all of E2VPT: ``python -m mmvpt e2vpt`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'e2vpt')

if __name__ == '__main__':
    main()

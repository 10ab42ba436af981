"""Write base and delta as one checkpoint: ``python -m mmvpt merge`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'merge')

if __name__ == '__main__':
    main()

"""Print how far outputs change where they should not: ``python -m mmvpt exact`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'exact')

if __name__ == '__main__':
    main()

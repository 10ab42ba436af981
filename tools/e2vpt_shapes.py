"""Compare the parts of E2VPT on Shapes: ``python -m mmvpt e2vpt_shapes`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'e2vpt_shapes')

if __name__ == '__main__':
    main()

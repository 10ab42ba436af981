"""Draw Shapes, our own small data set: ``python -m mmvpt make_shapes`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'make_shapes')

if __name__ == '__main__':
    main()

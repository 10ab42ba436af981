"""Compare ways to tune a ViT, a Swin and a CNN on Shapes: ``python -m mmvpt vpt_shapes`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'vpt_shapes')

if __name__ == '__main__':
    main()

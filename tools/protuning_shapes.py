"""Compare Pro-tuning with retraining and fine-tuning on Shapes: ``python -m mmvpt protuning_shapes`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'protuning_shapes')

if __name__ == '__main__':
    main()

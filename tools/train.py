"""Train a model for classification, segmentation or detection: ``python -m mmvpt train`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'train')

if __name__ == '__main__':
    main()

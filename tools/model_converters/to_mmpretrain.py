"""Convert a pretrained file of another project into a base: ``python -m mmvpt convert`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'convert')

if __name__ == '__main__':
    main()

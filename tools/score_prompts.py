"""Score the prompts of a trained model: ``python -m mmvpt score`` as a file."""

from functools import partial

from mmvpt.cli import run_verb

main = partial(run_verb, 'score')

if __name__ == '__main__':
    main()

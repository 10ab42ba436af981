"""The command ``mmvpt VERB``, or ``python -m mmvpt VERB``: one file per verb."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import NoReturn

import mmvpt
from mmvpt.runs.children import end_with_parent
from mmvpt.text.full_disk import say_where_full
from mmvpt.text.refused import Refused

#: One line of help for each verb; its module has the same name.
VERBS = {
    'train': 'train a model for classification, segmentation or detection',
    'test': 'evaluate a checkpoint, full or delta',
    'merge': 'write base and delta as one checkpoint',
    'convert': 'convert a pretrained file of another project into a base',
    'prepare': 'unpack and split a data set that you have downloaded',
    'verify': 'check a data set, and say what is missing or wrong',
    'sweep': 'train the grid of a config, select on validation data, train that for good',
    'configs': 'list our configs, by method, backbone, task or data',
    'config': 'print or write a complete config',
    'index': 'print tables of all configs and their options',
    'count': 'count the parameters of configs, and compare them with papers',
    'report': 'lay out results of sweeps in tables, tests and curves, or as a table of a paper',
    'prototypes': 'compute class prototypes to initialise prompts with',
    'e2vpt': 'train, score, prune and train again: all of E2VPT',
    'score': 'score the prompts of a trained model',
    'prune': 'prune prompts by their scores',
    'exact': 'print how far outputs change where they should not',
    'make_shapes': 'draw Shapes, our own small data set',
    'make_mini_vtab': 'draw Mini-VTAB, small tasks for our own bases',
    'pretrain': 'pretrain one of our small bases, and write its weights and its card',
    'probe': 'print linear probes of bases',
    'quickstart': 'tune a segmentor on a frozen base, evaluate it, segment a new picture',
    'vpt_shapes': 'compare ways to tune a ViT, a Swin and a CNN on Shapes',
    'protuning_shapes': 'compare Pro-tuning with retraining and fine-tuning on Shapes',
    'e2vpt_shapes': 'compare the parts of E2VPT on Shapes',
    'check': 'say what is wrong in a config, before a run',
    'show': 'print what the tuner of a config binds where',
    'host': 'run a tool of mmpretrain, mmseg or mmdet on a config that inherits one of ours',
    'check_env': 'check an environment, and say how to repair it',
}


def main(arguments: Sequence[str], program: str = 'python -m mmvpt') -> object:
    """Run the verb that the arguments name, and return its result; a status other than 0 is a ``SystemExit``.

    Args:
        arguments: The verb and its arguments.
        program: The words that the user typed before them.
    """
    end_with_parent()
    width = max(map(len, VERBS))
    parser = argparse.ArgumentParser(
        prog=program,
        description=f'{mmvpt.__doc__}\n\nverbs:\n'
        + '\n'.join(f'  {verb:<{width}}  {what}' for verb, what in VERBS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('verb', metavar='VERB', help='what to do; VERB --help says how')
    verb = parser.parse_args(arguments[:1] or ['--help']).verb
    if verb not in VERBS:
        near = get_close_matches(verb, VERBS, n=3, cutoff=0.5) or VERBS
        parser.error(f'there is no verb {verb!r}. Try: {", ".join(near)}')
    return run_verb(verb, arguments[1:], f'{program} {verb}')


def run_verb(verb: str, arguments: Sequence[str] | None = None, program: str | None = None) -> object:
    """Run a verb and return its result; a file that is refused or missing ends it with a message and status 1.

    Args:
        verb: One of ``VERBS``.
        arguments: Its arguments; by default those of this process, as for a file in ``tools/``.
        program: Its name in the help; by default the name of the file that runs.
    """
    module = import_module(f'mmvpt.cli.{verb}')
    parser: argparse.ArgumentParser = module.make_parser(program)
    parser.add_argument('--debug', action='store_true', help='show where in the code an error comes from')
    args = parser.parse_args(arguments)
    try:
        with say_where_full('a file that was to be written', 'give the same command again'):
            return module.run(args)
    except (argparse.ArgumentError, Refused, FileNotFoundError, SystemExit) as error:
        if args.debug:
            _raise_first(error)
        _tell(error, parser)


def _raise_first(error: BaseException) -> NoReturn:
    """Raise an error, or the one that a verb has made a message of."""
    raise (error.__context__ if isinstance(error, SystemExit) else None) or error


def _tell(error: BaseException, parser: argparse.ArgumentParser) -> NoReturn:
    """End with the message of an error and without its traceback; a wrong option is told with the usage."""
    if isinstance(error, SystemExit):
        raise error
    if isinstance(error, argparse.ArgumentError):
        parser.error(str(error))
    raise SystemExit('\n'.join(['', str(error), *getattr(error, '__notes__', ())])) from error

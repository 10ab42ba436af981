"""Print what the tuner of a config binds where.

A row names the tuner, its act (it unfreezes parts of the backbone, edits the input or output of a module, or extends
keys and values), the site, and the parameters. The model is built without memory, weights or data.
"""

from __future__ import annotations

import argparse

from .options import add_config

EPILOG = """examples:
  python -m mmvpt show mmvpt::vit_vpt_cub.py
  python -m mmvpt show my_config.py
"""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(
        program, description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_config(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Print the tables of a config's model, one for each tuned backbone."""
    from mmvpt.analysis.count import build_without_memory
    from mmvpt.config.open import open_config
    from mmvpt.models.parts import describe_bindings

    try:
        print(describe_bindings(build_without_memory(open_config(args.config))))
    except (FileNotFoundError, ModuleNotFoundError, ValueError) as error:
        raise argparse.ArgumentError(None, str(error)) from error

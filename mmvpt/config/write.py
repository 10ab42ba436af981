"""A config as text: complete, or as its list of bases."""

from __future__ import annotations

from pathlib import Path

from .find import PREFIX, find_config
from .open import read_config


def write_out(name: str, *, bases: bool = False) -> str:
    """Return the text of a config.

    Args:
        name: Name of one of our configs, with or without ``mmvpt::``, or a path.
        bases: Whether to keep its list of bases, if it has one, instead of their content.
    """
    path = Path(find_config(name if '::' in name or Path(name).is_file() else f'{PREFIX}{name}'))
    if bases:
        return path.read_text()
    # importing mmvpt makes its types known to the tools of hosts
    return f'"""{path.stem}, written out by mmvpt."""\n\n__import__(\'mmvpt\')\n{read_config(str(path)).pretty_text}'

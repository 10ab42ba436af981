"""A config as text: everything in it, or the bases it is made of."""

from __future__ import annotations

from pathlib import Path

from mmengine.config import Config

from .find import PREFIX, find_config


def write_out(name: str, *, bases: bool = False) -> str:
    """Return the text of a config.

    Args:
        name: Of one of our configs, with ``mmvpt::`` or without, or a path.
        bases: Whether to keep its list of bases, where it has one, in place of what they hold.
    """
    path = Path(find_config(name if '::' in name or Path(name).is_file() else f'{PREFIX}{name}'))
    if bases:
        return path.read_text()
    # importing mmvpt makes its types known to the tools of hosts
    return f'"""{path.stem}, written out by mmvpt."""\n\n__import__(\'mmvpt\')\n{Config.fromfile(path).pretty_text}'

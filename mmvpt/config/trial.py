"""Build something of a config to see whether it can be, and say which part of the config stops it where it cannot."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmvpt.text.quiet import quietly

from .blame import blame
from .problem import ConfigProblem

#: What is said of this machine, or of values that a model without memory does not have.
NOT_OF_CONFIG = re.compile(r'\bmeta\b|\bgpu\b|\bCUDA\b|process group|not installed|pip install', re.IGNORECASE)
#: What may be missing on this machine, and says nothing of the config.
OF_MACHINE = (OSError, ImportError, MemoryError, NotImplementedError)


def try_to_build(config: Config, path: str, build: Callable[[], object]) -> tuple[object, list[ConfigProblem]]:
    """Call a builder; return what it built, or None and what stops it."""
    try:
        with DefaultScope.overwrite_default_scope(config.get('default_scope') or 'mmengine'), quiet():
            return build(), []
    except OF_MACHINE:
        return None, []
    except Exception as error:  # of a host, in its own words
        if NOT_OF_CONFIG.search(str(error)):
            return None, []
        where, part = blame(config, error, path)
        return None, [ConfigProblem(where, f'{part} cannot be built: {_words(error)} Correct one of these options.')]


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what is said while something is built on trial out of sight."""
    with quietly(logging.CRITICAL), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        yield


def _words(error: BaseException) -> str:
    text = (str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)).strip()
    return f'{type(error).__name__}: {text}'.rstrip('.') + '.'

"""Less of what MMEngine logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.logging import MMLogger


@contextmanager
def quietly(level: int = logging.WARNING) -> Iterator[None]:
    """Let MMEngine's logger say only what is of this level or above."""
    logger = MMLogger.get_current_instance()
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)

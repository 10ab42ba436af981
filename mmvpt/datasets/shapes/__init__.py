"""Shapes: our own small data set, drawn from a seed, in the formats that mmpretrain, mmseg and mmdet read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..drawing.make import make_drawn
from . import structured  # noqa: F401  makes its formats known
from .export import EXPORTERS

__all__ = ['EXPORTERS', 'make_shapes']


def make_shapes(root: str | Path, formats: Iterable[str] = tuple(EXPORTERS), **options: Any) -> list[Path]:
    """Write Shapes below ``root``, a folder for each format; complete folders are not changed.

    Args:
        root: The folder of the data set.
        formats: Names in ``EXPORTERS``.
        **options: See :func:`mmvpt.datasets.drawing.make.make_drawn`.
    """
    formats = list(formats)
    for name in formats:
        if name not in EXPORTERS:
            raise ValueError(f'Shapes has no format {name!r}. Formats: {", ".join(EXPORTERS)}.')
    return make_drawn(root, [EXPORTERS[name] for name in formats], **options)

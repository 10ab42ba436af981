"""All sets of Mini-VTAB by name, and the groups of its tasks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mmvpt.config.near import suggest
from mmvpt.text.refused import Refused

from ..drawing.layouts import Exporter
from ..drawing.make import make_drawn
from .dense import Detection, Segmentation
from .digits import Digits
from .tasks import NATURAL, SPECIALISED, STRUCTURED

_digits = Digits()
#: Tasks by group, as VTAB has groups.
TASK_GROUPS: dict[str, tuple[str, ...]] = {
    'natural': tuple(task.name for task in (*NATURAL, _digits)),
    'specialised': tuple(task.name for task in SPECIALISED),
    'structured': tuple(task.name for task in STRUCTURED),
}
FORMATS: dict[str, Exporter] = {
    exporter.name: exporter for exporter in (*NATURAL, _digits, *SPECIALISED, *STRUCTURED, Segmentation(), Detection())
}


def make_mini_vtab(root: str | Path, formats: Iterable[str] = tuple(FORMATS), **options: Any) -> list[Path]:
    """Write sets of Mini-VTAB below ``root``, a folder for each; complete folders are not changed.

    Args:
        root: The folder of the data.
        formats: Names in ``FORMATS``.
        **options: See :func:`mmvpt.datasets.drawing.make.make_drawn`.
    """
    formats = list(formats)
    for name in formats:
        if name not in FORMATS:
            raise Refused(f'Mini-VTAB has no set {name!r}. {suggest(name, FORMATS)}')
    return make_drawn(root, [FORMATS[name] for name in formats], **options)

"""An import hook: Python imports ``stand_in.py`` as ``mmcv._ext`` if MMCV's operators were not compiled."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

COMPILED = 'mmcv._ext'
STAND_IN = Path(__file__).parents[1] / 'operators' / 'stand_in.py'


class StandInFinder(MetaPathFinder):
    """Finder of ``mmcv._ext``; Python asks it after all other finders have found nothing."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the path of the replacement; the file is read when ``mmcv.ops`` is imported, not before."""
        return spec_from_file_location(fullname, STAND_IN) if fullname == COMPILED else None


def stand_behind_mmcv() -> None:
    """Register the finder as the last one: compiled operators are preferred, and errors of broken ones are raised."""
    if not any(isinstance(finder, StandInFinder) for finder in sys.meta_path):
        sys.meta_path.append(StandInFinder())

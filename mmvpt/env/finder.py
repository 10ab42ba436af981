"""Python finds ``stand_in.py`` under the name ``mmcv._ext`` where MMCV's operators were not compiled."""

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
    """Answer for ``mmcv._ext``, when all other finders were asked in vain."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where the stand-in lies; it is read when ``mmcv.ops`` is imported, not before."""
        return spec_from_file_location(fullname, STAND_IN) if fullname == COMPILED else None


def stand_behind_mmcv() -> None:
    """Let Python ask for our operators last: compiled ones win, and so does the error of broken ones."""
    if not any(isinstance(finder, StandInFinder) for finder in sys.meta_path):
        sys.meta_path.append(StandInFinder())

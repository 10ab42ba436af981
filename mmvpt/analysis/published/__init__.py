"""Numbers of trainable parameters that papers print, as data: a file for each paper."""

from .cell import Cell
from .pro_tuning import CELLS as PRO_TUNING

#: Papers by the name that ``tools/count.py --paper`` takes.
PAPERS: dict[str, tuple[Cell, ...]] = {'pro_tuning': PRO_TUNING}

__all__ = ['PAPERS', 'Cell']

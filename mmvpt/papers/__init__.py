"""Numbers that papers print and parameters decide, as data: a file for each paper."""

from .cell import Cell, Model
from .e2vpt import CELLS as E2VPT
from .measure import MILLIONS
from .pro_tuning import CELLS as PRO_TUNING
from .vpt import CELLS as VPT

#: Papers by the name that ``tools/count.py --paper`` takes.
PAPERS: dict[str, tuple[Cell, ...]] = {'pro_tuning': PRO_TUNING, 'vpt': VPT, 'e2vpt': E2VPT}

__all__ = ['MILLIONS', 'PAPERS', 'Cell', 'Model']

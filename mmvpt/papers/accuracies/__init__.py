"""Accuracies that papers print, as data: a file for each paper, and a name for each table."""

from .e2vpt import TABLES as E2VPT_TABLES
from .paper_table import Figure, PaperColumn, PaperRow, PaperTable
from .pro_tuning import TABLES as PRO_TUNING_TABLES
from .pro_tuning_more import TABLES as PRO_TUNING_MORE_TABLES
from .vpt import TABLES as VPT_TABLES
from .vpt_or_ft import TABLES as VPT_OR_FT_TABLES
from .vpt_tasks import TABLES as VPT_TASK_TABLES

#: All tables by their names, such as ``vpt-table1``.
PAPER_TABLES: dict[str, PaperTable] = {
    table.name: table
    for table in (
        *VPT_TABLES,
        *VPT_TASK_TABLES,
        *E2VPT_TABLES,
        *PRO_TUNING_TABLES,
        *PRO_TUNING_MORE_TABLES,
        *VPT_OR_FT_TABLES,
    )
}

__all__ = ['PAPER_TABLES', 'Figure', 'PaperColumn', 'PaperRow', 'PaperTable']

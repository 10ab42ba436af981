"""Results of ours in the layout of a table of a paper, and its figures beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mmvpt.config.near import suggest
from mmvpt.papers.accuracies import PAPER_TABLES, PaperColumn, PaperRow, PaperTable
from mmvpt.papers.accuracies.task_names import TASK_NAMES
from mmvpt.text.refused import Refused
from mmvpt.text.tables import format_table

from .scores import Amount, Contender, MethodScores, TaskScore, mean_of
from .sheet import Sheet

#: Last words in the names of our fragments of configs that tell backbones apart, not methods.
OF_BACKBONES = ('vpt', 'resnet', 'regnet', 'deit', 'swin', 'transformer', 'dense')
DOUBTFUL = 'A figure with "?" cannot be right in the text of the paper that was transcribed; "-" has none.'


def list_layouts() -> str:
    """Names of all layouts, and what they are."""
    return format_table([{'layout': table.name, 'what it is': table.title} for table in PAPER_TABLES.values()])


def find_layout(name: str) -> PaperTable:
    """A layout by its name."""
    if name not in PAPER_TABLES:
        raise Refused(f'There is no layout {name!r}. {suggest(name, PAPER_TABLES)} --list says what they are.')
    return PAPER_TABLES[name]


def simple(name: str) -> str:
    """A name of a method without what is written differently: ``VPT-shallow`` is ``vpt_shallow_swin``."""
    words = re.split(r'[^a-z0-9]+', name.lower())
    while len(words) > 1 and words[-1] in OF_BACKBONES:
        words.pop()
    return ''.join(words)


def lay_out(table: PaperTable, scores: MethodScores, *, paper: bool, notes: Sequence[str] = ()) -> Sheet:
    """Fill a layout.

    Args:
        table: The layout.
        scores: Results of ours; nothing for the paper alone.
        paper: Whether to print the figures of the paper.
        notes: What is stated under the table.
    """
    filled = {id(row): _cells(table, row, scores) for row in table.rows}
    if scores and not any(cell.mean is not None or cell.remark for cells in filled.values() for cell in cells):
        bases, methods = ({getattr(row, name) for row in table.rows} for name in ('base', 'method'))
        raise Refused(
            f'No result fills a cell of {table.name}. It has the bases {_listed(bases)} and the methods '
            f'{_listed(methods)}; the results have the bases {_listed({one.base for one in scores})} and the methods '
            f'{_listed({one.method for one in scores})}. Choose another layout (--list), or none.'
        )
    rows = []
    for row in table.rows:
        cells: dict[str, object] = {'method': ', '.join(filter(None, [row.part, row.title]))}
        for column, own, figure in zip(table.columns, filled[id(row)], row.figures, strict=True):
            cells |= {column.title: own} if scores else {}
            cells |= {f'{column.title}, paper' if scores else column.title: figure} if paper else {}
        rows.append(cells)
    return Sheet(table.title, rows, notes=[*notes, *_of_paper(table, paper), *_left_out(table, scores)])


def _of_paper(table: PaperTable, paper: bool) -> list[str]:
    if not paper:
        return []
    doubtful = any(figure.doubtful or figure.value is None for row in table.rows for figure in row.figures)
    return [*([table.note] if table.note else []), *([DOUBTFUL] if doubtful else [])]


def _left_out(table: PaperTable, scores: MethodScores) -> list[str]:
    others = [one for one in scores if not any(_is_of(one, row) for row in table.rows)]
    return [f'Not in this layout: {_listed({f"{one.title} from {one.base}" for one in others})}.'] if others else []


def _cells(table: PaperTable, row: PaperRow, scores: MethodScores) -> list[Amount]:
    contenders = [contender for contender in scores if _is_of(contender, row)]
    if len(contenders) > 1:
        raise Refused(
            f'Several results fill the row {row.title} of {table.name}: {_listed({one.title for one in contenders})}. '
            'Report folders that have one of them.'
        )
    own = scores[contenders[0]] if contenders else {}
    return [_cell(own, row, column, table.metric) for column in table.columns]


def _is_of(contender: Contender, row: PaperRow) -> bool:
    return contender.base == row.base and simple(contender.method) == simple(row.method)


def _cell(own: Mapping[str, TaskScore], row: PaperRow, column: PaperColumn, metric: str) -> Amount:
    titles = (row.task,) if row.task and column.tasks else column.tasks
    found = {title: score for title in titles if (score := _find(own, title, metric))}
    return mean_of(found, titles)


def _find(own: Mapping[str, TaskScore], title: str, metric: str) -> TaskScore | None:
    scores = (own[name] for name in TASK_NAMES[title] if name in own)
    return next((score for score in scores if score.results[0].metric == metric), None)


def _listed(names: set[str]) -> str:
    return ', '.join(sorted(names))

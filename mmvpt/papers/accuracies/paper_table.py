"""A table of a paper: its figures, and which results of ours would fill it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """A number that a paper prints.

    Args:
        value: The number; None where the paper has none, or our text of it lost digits.
        wins: On how many tasks the row is better than full fine-tuning, where the paper counts that.
        doubtful: Whether the text of the paper cannot be right here; the table's note says why.
        digits: Decimals that are printed.
    """

    value: float | None
    wins: int | None = None
    doubtful: bool = False
    digits: int = field(default=1, compare=False)

    def __str__(self) -> str:
        """The number as printed, with the wins in brackets."""
        if self.value is None:
            return '-'
        wins = f' ({self.wins})' if self.wins is not None else ''
        return f'{self.value:.{self.digits}f}{"?" * self.doubtful}{wins}'


@dataclass(frozen=True)
class PaperColumn:
    """A column: the mean of some tasks, or one task.

    Args:
        title: As printed.
        tasks: Titles of the tasks, keys of ``TASK_NAMES``; none where no result of ours fills it.
    """

    title: str
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True)
class PaperRow:
    """A row: a method, and the figures of it.

    Args:
        title: The method as printed.
        method: What we call it; empty where we have none.
        base: What we call the backbone.
        figures: One for each column.
        part: The heading that the row is under; empty for none.
        task: The task of ours that fills its columns, where that is not for the columns to say.
    """

    title: str
    method: str
    base: str
    figures: tuple[Figure, ...]
    part: str = ''
    task: str = ''


@dataclass(frozen=True)
class PaperTable:
    """A table of accuracies.

    Args:
        name: What the user types.
        title: The paper, the number of the table, and what it is about.
        columns: From left to right.
        rows: From top to bottom.
        metric: What was measured, as results of ours name it.
        note: What is to be known of the figures.
    """

    name: str
    title: str
    columns: tuple[PaperColumn, ...]
    rows: tuple[PaperRow, ...]
    metric: str = 'accuracy/top1'
    note: str = ''


@dataclass(frozen=True)
class RowBlock:
    """Rows under one heading, as text.

    Args:
        base: What we call their backbone.
        lines: A line for each row: the method as printed, what we call it, and the figures, between bars. A figure is
            ``-`` where there is none, has ``?`` behind it where it is doubtful, and wins in brackets.
        title: The heading.
        task: See :class:`PaperRow`.
    """

    base: str
    lines: str
    title: str = ''
    task: str = ''


def rows_in(*parts: RowBlock) -> tuple[PaperRow, ...]:
    """Read the rows of all parts."""
    return tuple(row for part in parts for row in _rows(part))


def _rows(part: RowBlock) -> Iterator[PaperRow]:
    for line in part.lines.strip().splitlines():
        title, method, figures = (piece.strip() for piece in line.split('|'))
        yield PaperRow(title, method, part.base, read_figures(figures), part.title, part.task)


def read_figures(text: str) -> tuple[Figure, ...]:
    """Read figures that spaces part.

    >>> read_figures('88.54 79.32(0) 66.0? -')[1]
    Figure(value=79.32, wins=0, doubtful=False, digits=2)
    """
    return tuple(map(_read_figure, text.split()))


def _read_figure(text: str) -> Figure:
    if text == '-':
        return Figure(None)
    found = re.fullmatch(r'(\d+(?:\.\d+)?)(\?)?(?:\((\d+)\))?', text)
    assert found, text
    digits = len(found[1].partition('.')[2])
    return Figure(float(found[1]), int(found[3]) if found[3] else None, bool(found[2]), digits)


def group_columns(groups: Mapping[str, Sequence[str]]) -> tuple[PaperColumn, ...]:
    """A column for the mean of each group of tasks."""
    return tuple(PaperColumn(name, tuple(tasks)) for name, tasks in groups.items())


def task_columns(groups: Mapping[str, Sequence[str]]) -> tuple[PaperColumn, ...]:
    """A column for each task, and after those of a group one for their mean."""
    return tuple(
        column
        for name, tasks in groups.items()
        for column in (*(PaperColumn(task, (task,)) for task in tasks), PaperColumn(f'{name}, mean', tuple(tasks)))
    )

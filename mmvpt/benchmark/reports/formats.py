"""Formats of the tables of a report: Markdown, CSV and LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from mmvpt.papers.accuracies import Figure
from mmvpt.text.tables import format_table

from .scores import Amount
from .sheet import Sheet

_IN_LATEX = {
    '\\': r'\textbackslash{}',
    '~': r'\textasciitilde{}',
    '^': r'\textasciicircum{}',
    '±': r'$\pm$',
    '<': r'$<$',
    '>': r'$>$',
    **{letter: f'\\{letter}' for letter in '%_&#${}'},
}


def as_markdown(sheets: Sequence[Sheet]) -> str:
    """Tables under headings, and their notes as lists."""
    blocks = []
    for sheet in sheets:
        rows = [{column: str(cell) for column, cell in row.items()} for row in sheet.rows]
        blocks += [f'## {sheet.title}', format_table(rows), '\n'.join(f'- {note}' for note in sheet.notes)]
    return '\n\n'.join(filter(None, blocks)) + '\n'


def as_csv(sheets: Sequence[Sheet]) -> str:
    """A line for each cell of each table, so that one file holds all: a number, its spread, and what is no number."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(['table', 'row', 'column', 'value', 'spread', 'remark'])
    for sheet in sheets:
        for row in sheet.rows:
            columns = list(row)
            name = ' / '.join(str(row[column]) for column in columns[: sheet.labels])
            for column in columns[sheet.labels :]:
                writer.writerow([sheet.title, name, column, *_numbers(row[column])])
    return file.getvalue()


def _numbers(cell: object) -> tuple[object, object, str]:
    if isinstance(cell, Amount):
        return _exact(cell.mean), _exact(cell.spread), cell.remark
    if isinstance(cell, Figure):
        wins = '' if cell.wins is None else f'{cell.wins} wins'
        return _exact(cell.value), '', 'doubtful' if cell.doubtful else wins
    return '', '', str(cell)


def _exact(number: float | None) -> object:
    return '' if number is None else round(number, 6)


def as_latex(sheets: Sequence[Sheet]) -> str:
    """Plain tables to ``\\input`` in a paper; notes are a paragraph under each.

    They need no package; with ``graphicx``, one that is wider than the page is scaled to it.
    """
    return '\n'.join([r'\providecommand{\resizebox}[3]{#3}', *map(_latex_table, sheets)])


def _latex_table(sheet: Sheet) -> str:
    columns = list(sheet.rows[0])
    aligned = 'l' * sheet.labels + 'r' * (len(columns) - sheet.labels)
    lines = [[in_latex(str(cell)) for cell in row.values()] for row in sheet.rows]
    head, *body = (' & '.join(line) + r' \\' for line in ([in_latex(column) for column in columns], *lines))
    notes = ' '.join(map(in_latex, sheet.notes))
    return '\n'.join(
        [
            r'\begin{table}',
            r'\centering',
            rf'\caption{{{in_latex(sheet.title)}}}',
            r'\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%',
            rf'\begin{{tabular}}{{{aligned}}}',
            r'\hline',
            head,
            r'\hline',
            *body,
            r'\hline',
            r'\end{tabular}}',
            *([rf'\par\footnotesize {notes}'] if notes else []),
            r'\end{table}',
            '',
        ]
    )


def in_latex(text: str) -> str:
    """A text with what LaTeX reads otherwise escaped."""
    return ''.join(_IN_LATEX.get(letter, letter) for letter in text)

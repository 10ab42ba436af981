"""Tables in plain text that are Markdown too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def format_table(rows: Sequence[Mapping[str, object]]) -> str:
    """Format rows with the same columns; columns of numbers are aligned to the right.

    >>> print(format_table([{'method': 'head only', 'mIoU': 31.2}, {'method': 'VPT', 'mIoU': 40.75}]))
    | method    |  mIoU |
    | :-------- | ----: |
    | head only | 31.20 |
    | VPT       | 40.75 |
    """
    if not rows:
        raise ValueError('A table needs at least one row.')
    columns = list(rows[0])
    cells = [columns] + [[_text(row[column]) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = [isinstance(rows[0][column], (int, float)) for column in columns]
    rule = [
        '-' * (width - 1) + ':' if to_right else ':' + '-' * (width - 1)
        for width, to_right in zip(widths, right, strict=True)
    ]
    aligned = [
        [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        for row in cells
    ]
    return '\n'.join(f'| {" | ".join(row)} |' for row in (aligned[0], rule, *aligned[1:]))


def _text(value: object) -> str:
    if isinstance(value, int):
        return f'{value:,}'
    if isinstance(value, float):
        return f'{value:.{2 if abs(value) >= 1 else 3}f}'
    return str(value)

"""A table of a report, before it has a format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """A table.

    Args:
        title: What it is about.
        rows: Cells by column, all with the same columns: texts, amounts, or figures of papers.
        labels: How many columns, from the left, name the row.
        notes: What is stated under it, a sentence each.
    """

    title: str
    rows: Sequence[Mapping[str, object]]
    labels: int = 1
    notes: Sequence[str] = ()

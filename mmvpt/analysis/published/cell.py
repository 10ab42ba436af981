"""One printed number, and the config that should have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, eq=False)
class Cell:
    """A number of trainable parameters in a table of a paper.

    Args:
        paper: Its name.
        table: The table, and what it is about.
        row: What was counted, in words.
        config: The config of ours that should have the number.
        printed: Millions, as printed: its decimals are those to which a count is rounded.
        options: Overrides of the config, by dotted key.
        note: Why our count differs, where it does.
    """

    paper: str
    table: str
    row: str
    config: str
    printed: str
    options: Mapping[str, Any] = field(default_factory=dict)
    note: str = ''

    def agrees_with(self, count: int) -> bool:
        """Whether a count, rounded like the printed number, is that number; half a unit rounds either way."""
        printed = Decimal(self.printed)
        unit = Decimal(1).scaleb(int(printed.as_tuple().exponent))
        return abs(Decimal(count).scaleb(-6) - printed) * 2 <= unit

"""What several seeds came to."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev


def summarize(metric: str, values: Sequence[float], spread: str = 'spread') -> dict[str, object]:
    """Cells of a table for one metric: its mean, and for several seeds how far they lie apart."""
    cells: dict[str, object] = {metric: mean(values)}
    if len(values) > 1:
        cells[spread] = stdev(values)
    return cells

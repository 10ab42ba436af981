"""Tables of what a protocol came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean, stdev

from mmvpt.text.tables import format_table

from .protocol import Line, Outcome, Protocol
from .trial import Trial


def tabulate(
    protocol: Protocol[Outcome], trials: Sequence[Trial], outcomes: Mapping[tuple[Trial, int], Outcome]
) -> str:
    """Lay out a table for each task or base, under its heading."""
    tables: dict[str, list[Trial]] = {}
    for trial in trials:
        tables.setdefault(getattr(trial, protocol.tables_by), []).append(trial)
    return '\n\n'.join(
        '\n\n'.join(filter(None, [protocol.headings.get(name), _table(protocol, of_table, outcomes)]))
        for name, of_table in tables.items()
    )


def mean_and_spread(values: Sequence[float]) -> str:
    """The mean, and for several values how far they lie apart."""
    spread = f' ± {stdev(values):.1f}' if len(values) > 1 else ''
    return f'{mean(values):.1f}{spread}'


def _table(protocol: Protocol[Outcome], trials: Sequence[Trial], outcomes: Mapping[tuple[Trial, int], Outcome]) -> str:
    lines = list(_lines(protocol, trials, outcomes))
    return format_table([columns(line) for columns in protocol.columns for line in lines])


def _lines(
    protocol: Protocol[Outcome], trials: Sequence[Trial], outcomes: Mapping[tuple[Trial, int], Outcome]
) -> Iterator[Line[Outcome]]:
    """A line for each base and method, and for each setting unless one was selected for each task."""
    groups: dict[tuple[object, ...], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.base, trial.method, *(() if protocol.selection else trial.setting)), []).append(trial)
    for group in groups.values():
        found = {trial.task: [outcomes[trial, seed] for seed in protocol.seeds] for trial in group}
        yield Line(group[0].base, group[0].method, {trial.task: trial.setting for trial in group}, found)

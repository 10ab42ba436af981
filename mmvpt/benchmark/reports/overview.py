"""Tables of a report: each method over groups of tasks, and each task."""

from __future__ import annotations

from collections.abc import Mapping

from .parameters import parameters_of, sizes_of
from .scores import Contender, MethodScores, TaskScore, all_results, groups_of, mean_of
from .sheet import Sheet


def overview(scores: MethodScores, reference: Mapping[str, Contender], notes: list[str]) -> Sheet:
    """A row for each method: means of groups and of all tasks, wins, and parameters.

    Args:
        scores: Of all methods.
        reference: The row that wins are counted against, by base.
        notes: What is stated under the table.
    """
    groups = groups_of(scores)
    tasks = [task for group in groups.values() for task in group]
    sizes = sizes_of(all_results(scores))
    named = {name: of_group for name, of_group in groups.items() if name and len(of_group) < len(tasks)}
    rows = []
    for contender, own in scores.items():
        share, stored = parameters_of(own, tasks, sizes[contender.base])
        rows.append(
            {
                'base': contender.base,
                'method': contender.title,
                **{f'{name} [{len(of_group)}]': mean_of(own, of_group) for name, of_group in named.items()},
                f'all [{len(tasks)}]': mean_of(own, tasks),
                **_wins(own, contender, scores, reference),
                'tuned %': share,
                'total, x': stored,
            }
        )
    return Sheet('Methods', rows, labels=2, notes=notes)


def _wins(
    own: Mapping[str, TaskScore], contender: Contender, scores: MethodScores, reference: Mapping[str, Contender]
) -> dict[str, str]:
    if not reference:
        return {}
    against = reference.get(contender.base)
    methods = ' or '.join(dict.fromkeys(other.title for other in reference.values()))  # bases may have their own names
    return {f'wins against {methods}': '-' if against in (None, contender) else count_wins(own, scores[against])}


def count_wins(own: Mapping[str, TaskScore], other: Mapping[str, TaskScore]) -> str:
    """On how many of the tasks that both have a value of the first is better by its mean."""
    pairs = [(own[task].mean, other[task].mean) for task in own if task in other]
    both = [(mine, theirs) for mine, theirs in pairs if mine is not None and theirs is not None]
    return f'{sum(mine > theirs for mine, theirs in both)} of {len(both)}'


def each_task(scores: MethodScores) -> list[Sheet]:
    """A table for each base: a row for each task and for the mean of each group, a column for each method."""
    sheets = []
    for base in dict.fromkeys(contender.base for contender in scores):
        of_base = {contender: own for contender, own in scores.items() if contender.base == base}
        rows: list[dict[str, object]] = []
        for group, tasks in groups_of(of_base).items():
            for task in tasks:
                cells = {one.title: own[task].amount if task in own else '-' for one, own in of_base.items()}
                rows.append({'group': group, 'task': task, **cells})
            if group and len(tasks) > 1:
                means = {one.title: mean_of(own, tasks) for one, own in of_base.items()}
                rows.append({'group': group, 'task': 'mean', **means})
        sheets.append(Sheet(f'Tasks, {base}', rows, labels=2))
    return sheets

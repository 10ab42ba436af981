"""What methods came to on tasks: values of seeds, and their means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from mmvpt.benchmark.results import Result

from .variants import Variant, describe_variant, variant_of


@dataclass(frozen=True)
class Amount:
    """A number of a table.

    Args:
        mean: The number; None where there is none.
        spread: Its sample standard deviation over seeds; None for one seed.
        remark: Why there is no number, or what it leaves out.
        digits: Decimals to print.
    """

    mean: float | None = None
    spread: float | None = None
    remark: str = ''
    digits: int = 2

    def __str__(self) -> str:
        """The number, its spread, and the remark in brackets."""
        if self.mean is None:
            return self.remark or '-'
        spread = '' if self.spread is None else f' ± {self.spread:.{self.digits}f}'
        return f'{self.mean:.{self.digits}f}{spread}' + (f' ({self.remark})' if self.remark else '')


@dataclass(frozen=True)
class Contender:
    """A row: what was tuned, from where, and the options that tell it from its like."""

    base: str
    method: str
    variant: Variant = ()

    @property
    def title(self) -> str:
        """The method, and its variant."""
        return ', '.join(filter(None, [self.method, describe_variant(self.variant)]))


@dataclass(frozen=True)
class TaskScore:
    """What a method came to on one task: one result for each seed."""

    results: tuple[Result, ...]

    @property
    def values(self) -> dict[int, float]:
        """The value of each seed that has one."""
        return {result.seed: result.value for result in self.results if result.value is not None}

    @property
    def mean(self) -> float | None:
        """Over seeds."""
        return mean(self.values.values()) if self.values else None

    @property
    def amount(self) -> Amount:
        """The mean with its spread; failures are named."""
        values = list(self.values.values())
        failures = len(self.results) - len(values)
        remark = f'{failures} failed' if failures else ''
        if not values:
            return Amount(remark='failed')
        return Amount(mean(values), stdev(values) if len(values) > 1 else None, remark, digits=1)


#: By row and task.
MethodScores = Mapping[Contender, Mapping[str, TaskScore]]


def sort_results(results: Sequence[Result]) -> MethodScores:
    """Sort results into rows and tasks.

    Where a task has results from several numbers of training images, those from the most stand for it; where settings
    were being selected, the best one.
    """
    apart = _apart(results)
    sorted_out: dict[Contender, dict[str, dict[int, Result]]] = {}
    for result in results:
        whole = (result.base, result.method)
        contender = Contender(*whole, variant_of(result) if whole in apart else ())
        of_task = sorted_out.setdefault(contender, {}).setdefault(result.task, {})
        if result.seed not in of_task or _rank(result) > _rank(of_task[result.seed]):
            of_task[result.seed] = result
    return {
        contender: {task: TaskScore(_of_most_images(seeds.values())) for task, seeds in tasks.items()}
        for contender, tasks in sorted_out.items()
    }


def _apart(results: Sequence[Result]) -> set[tuple[str, str]]:
    """Methods whose variants are rows: one task has several. Where each task has its own they are one row."""
    variants: dict[tuple[object, ...], set[Variant]] = {}
    for result in results:
        key = (result.base, result.method, result.task, result.seed, result.train_images)
        variants.setdefault(key, set()).add(variant_of(result))
    selecting = any(result.phase != 'final' for result in results)
    return set() if selecting else {(str(key[0]), str(key[1])) for key, found in variants.items() if len(found) > 1}


def _rank(result: Result) -> tuple[int, float]:
    return result.train_images, float('-inf') if result.value is None else result.value


def _of_most_images(results: Iterable[Result]) -> tuple[Result, ...]:
    listed = sorted(results, key=lambda result: result.seed)
    most = max(result.train_images for result in listed)
    return tuple(result for result in listed if result.train_images == most)


def mean_of(scores: Mapping[str, TaskScore], tasks: Sequence[str]) -> Amount:
    """The mean of the means of tasks; its spread is that of the means of the seeds that all tasks have."""
    present = [scores[task] for task in tasks if task in scores]
    means = [score.mean for score in present]
    if not present:
        return Amount()
    if len({score.results[0].metric for score in present}) > 1:
        return Amount(remark='several metrics')
    if None in means:
        return Amount(remark='failed')
    seeds = set.intersection(*(set(score.values) for score in present))
    of_seeds = [mean(score.values[seed] for score in present) for seed in sorted(seeds)]
    spread = stdev(of_seeds) if len(of_seeds) > 1 else None
    failures = sum(len(score.results) - len(score.values) for score in present)
    remarks = [f'{len(present)} of {len(tasks)} tasks'] if len(present) < len(tasks) else []
    remarks += [f'{failures} failed'] if failures else []
    return Amount(mean(value for value in means if value is not None), spread, ', '.join(remarks))


def groups_of(scores: MethodScores) -> dict[str, list[str]]:
    """Tasks by group, in the order of results; tasks without one are under an empty name."""
    groups: dict[str, list[str]] = {}
    for tasks in scores.values():
        for task, found in tasks.items():
            of_group = groups.setdefault(found.results[0].group, [])
            if task not in of_group:
                of_group.append(task)
    return groups


def all_results(scores: MethodScores) -> list[Result]:
    """The results that stand in the tables."""
    return [result for tasks in scores.values() for found in tasks.values() for result in found.results]

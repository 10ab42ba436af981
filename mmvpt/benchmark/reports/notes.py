"""What a report states under its tables: where results come from, and what is missing of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mmvpt.benchmark.results import Result

from .scores import MethodScores, all_results

ABOUT_MEANS = (
    'A value is the mean over seeds, ± its sample standard deviation. A mean over tasks is that of their means; its ± '
    'is that of the means of seeds. "all" is the mean over tasks, not over groups.'
)
ABOUT_PARAMETERS = (
    '"tuned %" is the share of a model that trains, averaged over tasks. "total, x" is what all tasks store together, '
    'the base once, in sizes of the base.'
)


def origins(scores: MethodScores, read: Sequence[Result]) -> list[str]:
    """State protocol, seeds, data, code and bases, and what failed or is left out.

    Args:
        scores: What stands in the tables.
        read: All results that were read.
    """
    results = all_results(scores)
    first = results[0]
    seeds = sorted({result.seed for result in results})
    phase = ', the best setting of each task' if first.phase != 'final' else ''
    return [
        f'Protocol {first.protocol}, phase {first.phase}{phase}; seeds {_listed(seeds)}; mmvpt {first.code}.',
        f'Metric: {_by_task(results, lambda result: f"{result.metric} on {result.split}")}.',
        f'Data: {_by_task(results, lambda result: result.source or "of unknown source")}.',
        f'Bases: {_bases(results)}.',
        *_unequal_seeds(scores, seeds),
        *_fewer_images(results, read),
        *_failures(read),
    ]


def _by_task(results: Sequence[Result], text: Callable[[Result], str]) -> str:
    tasks: dict[str, list[str]] = {}
    for result in results:
        of_text = tasks.setdefault(text(result), [])
        if result.task not in of_text:
            of_text.append(result.task)
    if len(tasks) == 1:
        return next(iter(tasks))
    return '; '.join(f'{name} ({_listed(found)})' for name, found in tasks.items())


def _bases(results: Sequence[Result]) -> str:
    versions: dict[str, str] = {}
    for result in results:
        versions[result.base] = versions.get(result.base) or result.base_version
    return ', '.join(f'{base} ({version or "not from a file"})' for base, version in versions.items())


def _unequal_seeds(scores: MethodScores, seeds: Sequence[int]) -> Iterator[str]:
    cells = {
        f'{contender.title} on {task}': sorted(result.seed for result in found.results)
        for contender, tasks in scores.items()
        for task, found in tasks.items()
    }
    fewer = [f'{cell} {_listed(own)}' for cell, own in cells.items() if own != list(seeds)]
    if fewer:
        yield f'Unequal seeds: not all of {_listed(seeds)} have {"; ".join(fewer)}.'


def _fewer_images(results: Sequence[Result], read: Sequence[Result]) -> Iterator[str]:
    used = {(result.task, result.train_images) for result in results}
    numbers = {(result.task, result.train_images) for result in read}
    if numbers - used:
        yield (
            'Some tasks were learned from several numbers of training images: the tables have the largest of each, and '
            'a curve (--out NAME.png) has all.'
        )
    most = dict(used)
    if len(most) < len(used):
        uneven = sorted({task for task, number in used if most[task] != number})
        yield f'Not all methods learned {_listed(uneven)} from the same number of training images.'


def _failures(read: Sequence[Result]) -> Iterator[str]:
    for result in read:
        if result.value is None:
            where = f'{result.method} on {result.task}, seed {result.seed}, from {result.base}'
            reason = ' '.join(result.failed.split()) or 'without a reason'
            yield f'Failed: {where}, in {result.folder}: {reason.removesuffix(".")}.'


def _listed(items: Sequence[object]) -> str:
    return ', '.join(map(str, items))

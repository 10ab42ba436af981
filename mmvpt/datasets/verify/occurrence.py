"""Classes that never occur, over all parts of the data that are used alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mmvpt.text.shorten import shorten

from .findings import Findings

NOT_LEARNT = 'A class without an example is not learnt: add examples, or take it out of the classes and num_classes.'


@dataclass(frozen=True)
class Occurrence:
    """Which classes occur in a part of a data set.

    Args:
        where: The folder or file.
        unit: What has a class, such as a pixel.
        labels: How to call each class.
        seen: Indices of the classes that occur.
        training: A model learns from this part.
        clue: Why a class may be absent, and what to do, where the data tell.
    """

    where: str
    unit: str
    labels: tuple[str, ...]
    seen: frozenset[int]
    training: bool
    clue: str = ''


def label_classes(names: Sequence[str], number: int) -> tuple[str, ...]:
    """How to call classes: by name, if there is one, and index."""
    named = tuple(f'index {index}: {name}' for index, name in enumerate(names))
    return named or tuple(f'index {index}' for index in range(number))


def report_absent(occurrences: Iterable[Occurrence], findings: Findings) -> None:
    """Add the classes that none of the parts has: a problem for training, a remark for evaluation."""
    groups: dict[tuple[str, tuple[str, ...], bool], list[Occurrence]] = {}
    for one in occurrences:
        groups.setdefault((one.unit, one.labels, one.training), []).append(one)
    for (unit, labels, training), group in groups.items():
        seen = frozenset().union(*(one.seen for one in group))
        absent = [label for index, label in enumerate(labels) if index not in seen]
        if not absent:
            continue
        places = ', '.join(one.where for one in group)
        clues = dict.fromkeys(one.clue for one in group if one.clue)
        advice = ' '.join(clues or ([NOT_LEARNT] if training else []))
        text = (
            f'{places}: no {unit} has {len(absent)} of {len(labels)} classes ({shorten(absent, findings.num_examples)})'
        )
        add = findings.problem if training else findings.remark
        add(f'{text}. {advice}' if advice else text)

"""A file in COCO's format, read into records whose fields are what they should be."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard, TypeVar

from ..coco_file import CocoCategory, CocoObject, CocoPicture
from .findings import Findings

#: Whole numbers may be larger than any other number, and cannot be added to one then.
TOO_LARGE = 1e300


@dataclass(frozen=True)
class CocoContent:
    """The records of a file that are whole."""

    images: list[CocoPicture] = field(default_factory=list)
    annotations: list[CocoObject] = field(default_factory=list)
    categories: list[CocoCategory] = field(default_factory=list)

    def __str__(self) -> str:
        numbers = len(self.images), len(self.annotations), len(self.categories)
        return ', '.join(f'{number} {key}' for number, key in zip(numbers, FIELDS, strict=True))


def is_number(value: object) -> bool:
    """Tell whether a value is a number, and one that can be calculated with."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < TOO_LARGE


def is_whole_number(value: object) -> bool:
    """Tell whether a value is a whole number, be it written as one or not."""
    return isinstance(value, (int, float)) and is_number(value) and value == int(value)


def _is_length(value: object) -> bool:
    return isinstance(value, (int, float)) and is_whole_number(value) and value > 0


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_box(value: object) -> bool:
    return isinstance(value, list) and len(value) == 4 and all(is_number(number) for number in value)


@dataclass(frozen=True)
class Rule:
    """What a field of a record has to be, in words and as a test."""

    words: str
    holds: Callable[[object], bool]


ID, LENGTH = Rule('a whole number', is_whole_number), Rule('a whole number above 0', _is_length)
TEXT, NUMBER = Rule('text', _is_text), Rule('a finite number', is_number)
FIELDS: dict[str, dict[str, Rule]] = dict(
    images=dict(id=ID, file_name=TEXT, width=LENGTH, height=LENGTH),
    annotations=dict(
        id=ID, image_id=ID, category_id=ID, bbox=Rule('a list of four finite numbers', _is_box), area=NUMBER
    ),
    categories=dict(id=ID, name=TEXT),
)
#: What comes of an empty list.
NONE_AT_ALL = dict(
    images='There is nothing to train on or to evaluate.',
    annotations='mmdet leaves out pictures without an object when it trains, and nothing is left.',
    categories='No class has one.',
)
Record = TypeVar('Record', CocoPicture, CocoObject, CocoCategory)


def read_coco(file: Path, findings: Findings) -> CocoContent | None:
    """Read a file; what is no such thing is a problem, and left out."""
    try:
        content = json.loads(file.read_bytes())
    except ValueError as error:
        findings.problem(f'{file} is not JSON: {error}')
        return None
    except RecursionError:
        findings.problem(f'{file} is not of COCO: it has hundreds of lists or objects inside of each other')
        return None
    if not isinstance(content, dict):
        findings.problem(f'{file} holds a {type(content).__name__}, not an object with {", ".join(FIELDS)}')
        return None
    return CocoContent(
        images=_whole_records(CocoPicture, file, findings, content.get('images'), 'images'),
        annotations=_whole_records(CocoObject, file, findings, content.get('annotations'), 'annotations'),
        categories=_whole_records(CocoCategory, file, findings, content.get('categories'), 'categories'),
    )


def _whole_records(kind: type[Record], file: Path, findings: Findings, items: object, key: str) -> list[Record]:
    if not isinstance(items, list):
        findings.problem(f'{file} has no list {key!r}')
        return []
    if not items:
        findings.problem(f'{file} has no {key} at all. {NONE_AT_ALL[key]}')
    records: list[Record] = []
    for index, item in enumerate(items):
        faults = record_faults(item, key)
        for fault in faults:
            findings.problem(f'{file}: {fault}', f'{key}[{index}]')
        if not faults:
            records.append(item)
    counts = Counter(record['id'] for record in records)
    findings.problems_of({f'{file}: ids of several {key}': {str(one) for one in counts if counts[one] > 1}})
    return records


def is_picture(item: object) -> TypeGuard[CocoPicture]:
    """Tell whether a record of ``images`` has what it needs."""
    return not record_faults(item, 'images')


def is_object(item: object) -> TypeGuard[CocoObject]:
    """Tell whether a record of ``annotations`` has what it needs."""
    return not record_faults(item, 'annotations')


def record_faults(item: object, key: str, fields: Sequence[str] = ()) -> list[str]:
    """What a record of one of the lists lacks, or else what is of another type.

    Args:
        item: What stands for the record.
        key: The list.
        fields: Which to look at; all if none are given.
    """
    rules = {name: FIELDS[key][name] for name in fields or FIELDS[key]}
    if not isinstance(item, dict):
        return [f'{key} without {", ".join(rules)}']
    lacking = [name for name in rules if name not in item]
    if lacking:
        return [f'{key} without {", ".join(lacking)}']
    return [f'{key} whose {name} is not {rule.words}' for name, rule in rules.items() if not rule.holds(item[name])]

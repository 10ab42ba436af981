"""A folder that TensorFlow Datasets has prepared: its version, its splits and their records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from mmvpt.files.refuse import refuse
from mmvpt.text.refused import Refused

from ..tfrecord import MAKE_RECORDS_AGAIN, Feature, parse_example, read_records

INFO = 'dataset_info.json'
Value = TypeVar('Value', int, bytes)
_VERSION = re.compile(r'(\d+)\.(\d+)\.(\d+)')


class Example:
    """The features of a record, and where it is, for messages.

    Args:
        where: File and byte.
        features: By name; a feature in another one has both names, with a stroke.
    """

    def __init__(self, where: str, features: Mapping[str, Feature]) -> None:
        self.where = where
        self.features = features

    def numbers(self, name: str) -> list[float]:
        """All values of a feature of numbers."""
        return [value for value in self._values(name) if not isinstance(value, bytes)]

    def whole(self, name: str) -> int:
        """The one whole number of a feature."""
        return self._one(name, int)

    def content(self, name: str) -> bytes:
        """The one text or encoded image of a feature."""
        return self._one(name, bytes)

    def wrong(self, what: str) -> Refused:
        """The error of this record."""
        return refuse(self.where, what, MAKE_RECORDS_AGAIN)

    def _values(self, name: str) -> Feature:
        if name not in self.features:
            raise self.wrong(f'it has no feature {name}, and those {", ".join(sorted(self.features)) or "none"}')
        return self.features[name]

    def _one(self, name: str, kind: type[Value]) -> Value:
        values = self._values(name)
        if len(values) != 1 or not isinstance(values[0], kind):
            raise self.wrong(f'its feature {name} has {len(values)} values, or not {kind.__name__}')
        return values[0]


def find_version(folder: Path, least: str, advice: str) -> Path:
    """The folder of the newest version that has the splits we know.

    Args:
        folder: Of a data set, or of a configuration of it.
        least: The oldest version; a newer one may differ in all but the first number, which says that the data are
            the same.
        advice: What to do if there is none.
    """
    found = {
        tuple(map(int, match.groups())): path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (match := _VERSION.fullmatch(path.name)) and path.is_dir()
    }
    wanted = tuple(map(int, least.split('.')))
    fit = [version for version in found if version[0] == wanted[0] and version >= wanted]
    if not fit:
        there = ', '.join(sorted(path.name for path in found.values())) or 'no version'
        raise refuse(folder, f'it has {there}, and {least} or a newer {wanted[0]}.*.* is needed', advice)
    return found[max(fit)]


class TfdsFolder:
    """A version of a data set.

    Args:
        folder: With ``dataset_info.json`` and the files of records.
        name: Of the data set, with which the names of the files begin.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name

    @cached_property
    def shards(self) -> Mapping[str, Sequence[int]]:
        """How many records the files of each split have."""
        path = self.folder / INFO
        try:
            info = json.loads(path.read_text())
            found = {part['name']: [int(number) for number in part['shardLengths']] for part in info['splits']}
        except (OSError, ValueError, KeyError, TypeError) as error:
            wrong = f'it does not say which splits there are: {error!r}'
            raise refuse(path, wrong, MAKE_RECORDS_AGAIN) from error
        if (kind := info.get('fileFormat', 'tfrecord')) != 'tfrecord':
            raise refuse(path, f'the records are in the format {kind}', 'Make them with --file_format=tfrecord.')
        return found

    def length(self, split: str) -> int:
        """How many records a split has."""
        if split not in self.shards:
            there = ', '.join(sorted(self.shards)) or 'none'
            raise refuse(self.folder / INFO, f'there is no split {split}, and those {there}', MAKE_RECORDS_AGAIN)
        return sum(self.shards[split])

    def examples(self, split: str, begin: int, end: int) -> Iterator[Example]:
        """The examples ``begin`` to ``end - 1`` of a split, in the order of files and of records in them."""
        first = 0
        lengths = self.shards[split]
        for place, length in enumerate(lengths):
            path = self.folder / f'{self.name}-{split}.tfrecord-{place:05d}-of-{len(lengths):05d}'
            here = max(begin - first, 0), min(end - first, length)
            if here[0] < here[1]:
                yield from self._examples(path, *here)
            first += length

    def _examples(self, path: Path, begin: int, end: int) -> Iterator[Example]:
        if not path.is_file():
            raise refuse(path, f'there is no such file, and {self.folder / INFO} says so', MAKE_RECORDS_AGAIN)
        for record in read_records(path, begin, end):
            where = f'{path}, record at byte {record.offset}'
            try:
                yield Example(where, parse_example(record.data))
            except ValueError as error:
                raise refuse(where, str(error), MAKE_RECORDS_AGAIN) from error

    def label_names(self, feature: str) -> list[str]:
        """The names of the classes of a feature; none where it has none."""
        path = self.folder / f'{feature}.labels.txt'
        return [line.strip() for line in path.read_text().splitlines() if line.strip()] if path.is_file() else []

"""Conclusions from the ids in label maps about a wrong setting of the data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

IGNORED = 255
#: How to set it in the data set only.
SET_ONCE = (
    "Set it in the data set alone, and write the pipeline with dict(type='LoadAnnotations'), which then follows the "
    'data set.'
)


@dataclass(frozen=True)
class LabelIds:
    """The ids that occur in some label maps, and how they are read.

    Args:
        present: The ids in the files.
        num_classes: How many classes there are.
        reduce_zero_label: The first class has id 1, and 0 is no class; else it has id 0.
    """

    present: frozenset[int]
    num_classes: int
    reduce_zero_label: bool

    @property
    def labelled(self) -> set[int]:
        """Ids that occur, without the id for no class."""
        return set(self.present - {IGNORED})

    @property
    def valid(self) -> set[int]:
        """All ids that are allowed."""
        return {*range(self.num_classes + self.reduce_zero_label), IGNORED}

    @property
    def classes(self) -> frozenset[int]:
        """Indices of the classes that occur."""
        ids = range(self.reduce_zero_label, self.num_classes + self.reduce_zero_label)
        return frozenset(number - self.reduce_zero_label for number in self.labelled.intersection(ids))

    @property
    def of_two_levels(self) -> bool:
        """Return whether these are black and white masks, in which 255 was meant as a class."""
        return self.labelled == {0} and IGNORED in self.present

    @property
    def of_other_numbers(self) -> bool:
        """Return whether most ids have no class, but all would have one if they were numbered without gaps."""
        outside, meant = self.labelled - self.valid, self.labelled - {0}
        return 2 * len(outside) > len(meant) and len(meant) <= self.num_classes

    def proof(self) -> str:
        """Return what is certainly wrong, and how to correct it; empty if nothing is."""
        return self._first(PROOFS)

    def suspicion(self) -> str:
        """Return why a class may be absent, and how to correct it; empty if the ids do not show it."""
        return self._first(PROOFS + SUSPICIONS)

    def _first(self, clues: tuple[Clue, ...]) -> str:
        text = next((text for holds, text in clues if holds(self)), '')
        return text.format(last=self.num_classes, ids=', '.join(map(str, sorted(self.present))))


Clue = tuple[Callable[[LabelIds], bool], str]

TWO_LEVELS = (
    'The label maps hold 0 and 255 alone, and 255 is read as nothing, so that every pixel of the object is ignored. '
    'Write 1 in place of 255, by Image.fromarray(numpy.array(Image.open(path)) // 255).save(path) for each file, and '
    'set reduce_zero_label=False in the data set, so that 0 is the background.'
)
PROOFS: tuple[Clue, ...] = (
    (lambda ids: ids.of_two_levels and ids.num_classes <= 2, TWO_LEVELS),
    (
        lambda ids: not ids.reduce_zero_label and max(ids.labelled, default=0) == ids.num_classes,
        'With reduce_zero_label=False, 0 is the first of {last} classes and id {last} one too many. If 0 is nothing '
        'and 1 the first class, set reduce_zero_label=True in the data set; if 0 is one more class, such as the '
        'background, add it as the first of the classes.',
    ),
    (
        lambda ids: ids.of_other_numbers,
        'A label map holds the number of a class in each pixel and 255 for nothing, not a level of grey or of a '
        'palette. Number the ids in turn: {ids}.',
    ),
)
SUSPICIONS: tuple[Clue, ...] = (
    (lambda ids: ids.of_two_levels, TWO_LEVELS),
    (
        lambda ids: ids.reduce_zero_label and 0 in ids.labelled and ids.num_classes not in ids.labelled,
        'With reduce_zero_label=True, 0 is read as nothing, and every id as the class before it. If 0 is a class, such '
        'as the background, set reduce_zero_label=False in the data set.',
    ),
    (
        lambda ids: not ids.reduce_zero_label and 0 not in ids.labelled,
        'With reduce_zero_label=False, 0 is the first class. If 0 is nothing and 1 the first class, set '
        'reduce_zero_label=True in the data set.',
    ),
)

"""What was found, one line for each kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mmvpt.text.shorten import shorten

REMEDY = 'Correct or remove each file and entry named above, or correct the paths in the config.'


class Findings:
    """Problems, remarks and plain facts, in the order in which they turned up.

    Problems are for the user to mend. Remarks are things that the hosts pass over without a word, and that data sets as
    their makers publish them have too.

    Args:
        num_examples: How many examples of each kind are named; all are counted.
    """

    def __init__(self, num_examples: int = 3) -> None:
        self.num_examples = num_examples
        self.facts: list[str] = []
        self.problems: dict[str, list[str]] = {}
        self.remarks: dict[str, list[str]] = {}

    def fact(self, text: str) -> None:
        """Tell what is there."""
        self.facts.append(text)

    def problem(self, kind: str, *examples: str) -> None:
        """Add to a kind of problem; no example at all means that there is just one of the kind."""
        self.problems.setdefault(kind, []).extend(examples)

    def problems_of(self, kinds: Mapping[str, Collection[str]]) -> None:
        """Add the kinds of problem of which there are examples."""
        for kind, examples in kinds.items():
            if examples:
                self.problem(kind, *sorted(examples))

    def remark(self, kind: str, *examples: str) -> None:
        """Add to a kind of remark."""
        self.remarks.setdefault(kind, []).extend(examples)

    def __str__(self) -> str:
        problems, remarks = self._lines(self.problems), self._lines(self.remarks)
        titles = ('There', self.facts), ('Remarks', remarks), ('Problems', problems)
        lines = [line for title, found in titles if found for line in (title, *(f'  {text}' for text in found))]
        number = len(problems)
        end = f'{number or "No"} problem{"" if number == 1 else "s"} found.'
        return '\n'.join([*lines, f'{end} {REMEDY}' if number else end])

    def _lines(self, kinds: dict[str, list[str]]) -> list[str]:
        return [
            f'{kind}: {len(examples)} ({shorten(examples, self.num_examples)})' if examples else kind
            for kind, examples in kinds.items()
        ]

"""What a search for the best pruned model has come to, and what it wants to be trained next."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mmvpt.runs.search import Candidate, Looks

from .keep import Keep

UNPRUNED: Candidate = (0, 0)


@dataclass(frozen=True)
class SearchedModel:
    """A model that the search trained: its metric on the data to select on, and how many parameters trained."""

    metric: float
    trained: int


class PruningSearch:
    """A search that trains each model once, however many pairs of percentages come to it.

    Ask it what to train, tell it what that came to, and ask again. The unpruned model is there from the start.

    Args:
        looks: Where it looks.
        budget: Trainings that it may spend; None for all that it wants.
        keep_of: What a pair of percentages keeps.
        unpruned: What the model with all of its prompts came to.
    """

    def __init__(
        self, looks: Looks, budget: int | None, keep_of: Callable[[Candidate], Keep], unpruned: SearchedModel
    ) -> None:
        self.budget = budget
        #: What was trained came to.
        self.models = {UNPRUNED: unpruned}
        #: For each pair that was asked for, the pair that its model was trained as.
        self.same: dict[Candidate, Candidate] = {}
        #: Whether the budget ended it.
        self.is_spent = False
        self._looks = looks
        self._keep_of = keep_of
        self._seen = {json.dumps(keep_of(UNPRUNED)): UNPRUNED}
        self._batch: Sequence[Candidate] = ()

    def ask(self) -> list[Candidate]:
        """Candidates to train next, side by side; none at the end."""
        while not self.is_spent:
            values = [self.models[self.same[each]].metric for each in self._batch]
            try:
                self._batch = self._looks.send(values) if self._batch else next(self._looks)
            except StopIteration:
                break
            if new := self._admit():
                return new
        return []

    def tell(self, candidate: Candidate, model: SearchedModel) -> None:
        """Say what a candidate came to."""
        self.models[candidate] = model

    def best(self, always_prune: bool) -> Candidate:
        """The best model; of equals the smaller one.

        Args:
            always_prune: Whether the unpruned model is left out.
        """
        eligible = [each for each in self.models if each != UNPRUNED or not always_prune]
        return max(eligible, key=lambda each: (self.models[each].metric, -self.models[each].trained))

    def _admit(self) -> list[Candidate]:
        """Those of a batch that no earlier one is the same model as, as far as the budget goes."""
        new: list[Candidate] = []
        for candidate in self._batch:
            key = json.dumps(self._keep_of(candidate))
            if key not in self._seen:
                spent = len(self.models) - 1 + len(new)  # the unpruned one costs nothing
                if self.budget is not None and spent >= self.budget:
                    self.is_spent = True
                    return new
                self._seen[key] = candidate
                new.append(candidate)
            self.same[candidate] = self._seen[key]
        return new


def name_of(candidate: Candidate) -> str:
    """A word for percentages of tokens and segments, to name files."""
    return f't{candidate[0]}_s{candidate[1]}'

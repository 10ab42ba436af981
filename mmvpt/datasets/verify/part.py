"""The common shape of what can be verified by itself, such as the training half of a data set."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from .findings import Findings
from .occurrence import Occurrence, report_absent


@dataclass(frozen=True)
class Part(ABC):
    """A piece of a data set, and where it lies."""

    @abstractmethod
    def verify(self, findings: Findings, quick: bool) -> Occurrence | None:
        """Add what is missing or wrong, and tell which classes occur if that was seen; ``quick`` decodes no picture."""


@dataclass(frozen=True)
class Unknown(Part):
    """Data that cannot be verified, either since nothing here knows how, or since its description is wrong."""

    reason: str
    wrong: bool = False

    def verify(self, findings: Findings, quick: bool) -> None:
        (findings.problem if self.wrong else findings.remark)(f'Not looked at: {self.reason}')


def verify(parts: Iterable[Part], *, quick: bool = False, num_examples: int = 3) -> Findings:
    """Look through all parts of a data set, however bad the first ones are.

    Args:
        parts: What :data:`LAYOUTS` or :func:`parts_of_config` make of a folder or a config.
        quick: Look at names and annotation files alone, and decode no picture.
        num_examples: How many examples of each problem are named.
    """
    findings = Findings(num_examples)
    occurrences = [part.verify(findings, quick) for part in dict.fromkeys(parts)]  # validation and test may be the same
    report_absent(filter(None, occurrences), findings)
    return findings

"""The common shape of what can be verified by itself, such as the training half of a data set."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .decode import LoadedPicture
from .findings import Findings
from .occurrence import Occurrence, report_absent


@dataclass(frozen=True)
class Part(ABC):
    """A piece of a data set, and where it lies."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it lies."""

    @abstractmethod
    def verify(self, findings: Findings, limit: int | None) -> Occurrence | None:
        """Add what is missing or wrong, and tell which classes occur if that was seen.

        Args:
            findings: Where that goes.
            limit: How many pictures of each folder are decoded; None for all.
        """


@dataclass(frozen=True)
class Unknown(Part):
    """Data that cannot be verified, either since nothing here knows how, or since its description is wrong."""

    reason: str
    wrong: bool = False

    @property
    def place(self) -> str:
        """What is known of it."""
        return self.reason

    def verify(self, findings: Findings, limit: int | None) -> None:
        """Say that nothing was looked at."""
        (findings.problem if self.wrong else findings.remark)(f'Not looked at: {self.reason}')


def add_odd(findings: Findings, folder: Path, name: str, picture: LoadedPicture) -> None:
    """Remark that the hosts load a picture otherwise than it looks, if they do."""
    if picture.odd:
        findings.remark(f'{folder}: pictures that load otherwise than they look: {picture.odd}', name)


def verify(parts: Iterable[Part], *, quick: bool = False, sample: int | None = None, num_examples: int = 3) -> Findings:
    """Look through all parts of a data set, however bad the first ones are.

    Args:
        parts: What :data:`LAYOUTS` or :func:`parts_of_config` make of a folder or a config.
        quick: Look at names and annotation files alone, and decode no picture.
        sample: Decode so many pictures and label maps of each folder, drawn at random but the same each time; None
            for all.
        num_examples: How many examples of each problem are named.
    """
    findings = Findings(num_examples)
    limit = 0 if quick else sample
    occurrences = [_look(part, findings, limit) for part in dict.fromkeys(parts)]  # two splits may be the same
    report_absent(filter(None, occurrences), findings)
    return findings


def _look(part: Part, findings: Findings, limit: int | None) -> Occurrence | None:
    """Look through one part; a fault of ours is no reason to say nothing of the others."""
    try:
        return part.verify(findings, limit)
    except Exception as error:
        findings.problem(f'{part.place} cannot be checked: {type(error).__name__}: {error}')
        return None

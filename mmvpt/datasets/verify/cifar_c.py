"""CIFAR-10-C and CIFAR-100-C as published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mmvpt.text.refused import Refused

from .files import is_there
from .findings import Findings
from .part import Part


@dataclass(frozen=True)
class CifarCPart(Part):
    """All corruptions.

    Args:
        root: Folder of the arrays.
        num_classes: 10 or 100.
    """

    root: Path
    num_classes: int = 10

    @property
    def place(self) -> str:
        """Where it lies."""
        return str(self.root)

    def verify(self, findings: Findings, limit: int | None) -> None:
        """Look at shapes, kinds of numbers and labels; pixels of an array have no code that could be broken."""
        from ..cifar_c import CIFARC, CORRUPTIONS  # not before it is needed: the help of the command line waits for it

        if not is_there(self.root, findings):
            return
        names = [name for name in CORRUPTIONS if is_there(self.root / f'{name}.npy', findings, folder=False)]
        if not is_there(self.root / 'labels.npy', findings, folder=False) or not names:
            return
        for name in names:
            try:
                dataset = CIFARC(str(self.root), self.num_classes, [name], pipeline=[])
            except Refused as error:
                findings.problem(str(error))
            else:
                findings.fact(f'{self.root / name}.npy: {len(dataset)} images')

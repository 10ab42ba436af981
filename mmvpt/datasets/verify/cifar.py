"""CIFAR-100 as published: files whose checksums are known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .files import is_there
from .findings import Findings
from .part import Part


@dataclass(frozen=True)
class Cifar100Part(Part):
    """Both splits: mmpretrain reads no file with another checksum.

    Args:
        root: The folder with ``cifar-100-python``.
        download: mmpretrain fetches what is missing or wrong.
    """

    root: Path
    download: bool = True

    @property
    def place(self) -> str:
        """Where it lies."""
        return str(self.root)

    def verify(self, findings: Findings, limit: int | None) -> None:
        """Compare the checksums, be the look quick or not: that takes less than a second."""
        from mmpretrain.datasets import CIFAR100  # not before it is needed: the help of the command line waits for it

        folder = self.root / CIFAR100.base_folder
        if not folder.exists() and self.download:
            findings.remark(f'There is no {folder}; mmpretrain fetches it')
            return
        for name, checksum in (*CIFAR100.train_list, *CIFAR100.test_list):
            if is_there(folder / name, findings, folder=False):
                self._compare(findings, folder / name, checksum)

    def _compare(self, findings: Findings, path: Path, checksum: str | None) -> None:
        found = hashlib.md5(path.read_bytes()).hexdigest()
        if checksum in (None, found):
            findings.fact(f'{path}: {"another file than the published one" if checksum is None else "as published"}')
            return
        then = 'mmpretrain fetches it again' if self.download else 'extract it again from the archive'
        findings.problem(f'{path} is not the published file, whose checksum is {checksum} and not {found}: {then}')

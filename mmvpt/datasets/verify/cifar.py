"""CIFAR-10 and CIFAR-100 as published: files whose checksums are known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .files import is_there
from .findings import Findings
from .part import Part


@dataclass(frozen=True)
class CifarPart(Part):
    """Both splits: mmpretrain reads no file with another checksum.

    Args:
        root: The folder with that of the archive, such as ``cifar-100-python``.
        download: mmpretrain fetches what is missing or wrong.
        name: Of mmpretrain's class: ``CIFAR10`` or ``CIFAR100``.
    """

    root: Path
    download: bool = True
    name: str = 'CIFAR100'

    @property
    def place(self) -> str:
        """Where it lies."""
        return str(self.root)

    def verify(self, findings: Findings, limit: int | None) -> None:
        """Compare the checksums, be the look quick or not: that takes less than a second."""
        from mmpretrain import datasets  # not before it is needed: the help of the command line waits for it

        published = getattr(datasets, self.name)
        folder = self.root / published.base_folder
        if not folder.exists() and self.download:
            findings.remark(f'There is no {folder}; mmpretrain fetches it')
            return
        for name, checksum in (*published.train_list, *published.test_list):
            if is_there(folder / name, findings, folder=False):
                self._compare(findings, folder / name, checksum)

    def _compare(self, findings: Findings, path: Path, checksum: str | None) -> None:
        found = hashlib.md5(path.read_bytes()).hexdigest()
        if checksum in (None, found):
            findings.fact(f'{path}: {"another file than the published one" if checksum is None else "as published"}')
            return
        then = 'mmpretrain fetches it again' if self.download else 'extract it again from the archive'
        findings.problem(f'{path} is not the published file, whose checksum is {checksum} and not {found}: {then}')

"""Unpacking archives: checked first, nothing outside of the folder, each once."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from rich.progress import Progress

from mmvpt.files.refuse import refuse
from mmvpt.files.write import write_atomically

from ..catalog import Archive

#: Says which archives are unpacked in a folder.
UNPACKED = '.unpacked.json'
DOWNLOAD_AGAIN = 'Download it again; if you are sure of the file, give --unchecked.'
BLOCK = 1 << 20


def checksum(path: Path, progress: Progress) -> str:
    """The MD5 of a file, which publishers of data sets give; it tells a broken download, not a forged one."""
    digest = hashlib.md5(usedforsecurity=False)
    task = progress.add_task(f'Checking {path.name}', total=path.stat().st_size)
    with open(path, 'rb') as file:
        while block := file.read(BLOCK):
            digest.update(block)
            progress.advance(task, len(block))
    progress.remove_task(task)
    return digest.hexdigest()


class Folder:
    """The folder of a data set, and what was unpacked into it.

    Args:
        root: The folder.
        top: Folder in the archives that it stands for.
    """

    def __init__(self, root: Path, top: str) -> None:
        self.root = root
        self.top = top

    @property
    def unpacked(self) -> Mapping[str, Mapping[str, object]]:
        """Size and checksum of the archives that are unpacked, by name."""
        try:
            return json.loads((self.root / UNPACKED).read_text())
        except (FileNotFoundError, ValueError):
            return {}

    def unpack(self, archive: Archive, source: Path, unchecked: bool, progress: Progress) -> str:
        """Unpack an archive unless that was done, and return its checksum.

        A checksum other than the published one is refused before anything is written.
        """
        done = self.unpacked.get(archive.name, {})
        if done.get('bytes') == source.stat().st_size and (self.root / archive.holds).exists():
            return str(done['md5'])
        found = checksum(source, progress)
        if archive.md5 and found != archive.md5 and not unchecked:
            raise refuse(source, f'its MD5 is {found}, and that of the published file {archive.md5}', DOWNLOAD_AGAIN)
        into = self.root / archive.into
        into.mkdir(parents=True, exist_ok=True)
        self._extract(archive, source, into, progress)
        if not (self.root / archive.holds).exists():
            raise refuse(source, f'it is unpacked, and there is no {archive.holds} in {self.root}', DOWNLOAD_AGAIN)
        content = json.dumps(
            {**self.unpacked, archive.name: dict(md5=found, bytes=source.stat().st_size)}, indent=1
        ).encode()
        write_atomically(self.root / UNPACKED, lambda file: file.write(content))
        return found

    def _extract(self, archive: Archive, source: Path, into: Path, progress: Progress) -> None:
        try:
            if zipfile.is_zipfile(source):
                self._unzip(archive, source, into, progress)
            elif tarfile.is_tarfile(source):
                with tarfile.open(source) as tar:
                    self._untar(tar, source.name, into, progress)
            else:
                shutil.copyfile(source, into / archive.name)
        except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
            raise refuse(source, f'it cannot be unpacked: {error}', DOWNLOAD_AGAIN) from error

    def _untar(self, tar: tarfile.TarFile, name: str, into: Path, progress: Progress) -> None:
        task = progress.add_task(f'Unpacking {name}', total=None)
        for member in tar:
            member.name = self._below_top(member.name)
            if member.islnk():
                member.linkname = self._below_top(member.linkname)
            if member.name:
                tar.extract(member, into, filter='data')  # nothing outside, no devices, no set-uid
            progress.advance(task)
        progress.remove_task(task)

    def _unzip(self, archive: Archive, source: Path, into: Path, progress: Progress) -> None:
        with zipfile.ZipFile(source) as package:
            if archive.within:
                with _member(package, archive.within, source) as file, tarfile.open(fileobj=file, mode='r|*') as tar:
                    self._untar(tar, archive.within, into, progress)
                return
            task = progress.add_task(f'Unpacking {source.name}', total=len(package.infolist()))
            for entry in package.infolist():
                entry.filename = self._below_top(entry.filename)
                if entry.filename:
                    package.extract(entry, into)
                progress.advance(task)
            progress.remove_task(task)

    def _below_top(self, name: str) -> str:
        """The name without the folder that stands for the whole."""
        parts = PurePosixPath(name).parts
        parts = parts[1:] if parts[:1] == ('.',) else parts
        below = parts[1:] if self.top and parts[:1] == (self.top,) else parts
        return '/'.join(below) + ('/' if below and name.endswith('/') else '')


@contextmanager
def _member(package: zipfile.ZipFile, name: str, source: Path) -> Iterator[IO[bytes]]:
    try:
        entry = package.open(name)
    except KeyError as error:
        raise refuse(source, f'it holds no {name}', DOWNLOAD_AGAIN) from error
    with entry:
        yield entry

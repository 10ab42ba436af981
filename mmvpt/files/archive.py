"""Archives that numpy and torch write, checked before anything in them is read."""

from __future__ import annotations

from math import prod
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import numpy as np

from .refuse import COPY_AGAIN, refuse

#: Bytes that an array of an .npz may have for each byte in the file.
RATIO = 100
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def check_torch_archive(path: Path) -> None:
    """Refuse a file of torch.save that is compressed, that claims more bytes than it has, or of which a byte changed.

    torch.save writes a sum of the bytes of each entry (CRC-32), and torch.load does not look at it.
    """
    with ZipFile(path) as archive:
        entries = archive.infolist()
        if any(entry.compress_type != ZIP_STORED for entry in entries):
            raise refuse(path, 'it is a compressed archive, which torch.save never writes', COPY_AGAIN)
        if sum(entry.file_size for entry in entries) > path.stat().st_size:
            raise refuse(path, 'its entries are larger than the file', COPY_AGAIN)
        if not any(entry.CRC for entry in entries):  # torch.serialization.set_crc32_options(False)
            return
        if bad := archive.testzip():
            raise refuse(path, f'bytes of {bad!r} are not those that were saved', COPY_AGAIN)


def check_npz(path: Path) -> None:
    """Refuse an .npz whose arrays are of something else than numbers, or claim more numbers than it holds."""
    with ZipFile(path) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as file:
                read_header = HEADERS.get(np.lib.format.read_magic(file))
                if read_header is None:
                    raise refuse(path, f'{entry.filename!r} has a header that no array of numbers has', COPY_AGAIN)
                shape, _, dtype = read_header(file)
                numbers = entry.file_size - file.tell()
            if dtype.kind not in 'biufc':
                raise refuse(path, f'{entry.filename!r} is no array of numbers', COPY_AGAIN)
            if prod(shape) * dtype.itemsize != numbers:
                raise refuse(path, f'{entry.filename!r} claims another size than it has', COPY_AGAIN)
            if entry.file_size > RATIO * path.stat().st_size:
                raise refuse(path, f'{entry.filename!r} would be {RATIO} times as large as the file', COPY_AGAIN)

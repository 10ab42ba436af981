"""Pictures and label maps, decoded once and to their last byte, and seen as the loaders of the hosts see them."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

UPRIGHT = 1  # the EXIF orientation of a picture that is shown as it lies in its file
ON_ITS_SIDE = (5, 6, 7, 8)
SIXTEEN_BITS = 16
OPAQUE = 255
DEPTH_OF_PNG = 24  # where the head of a PNG has its bits for each channel

Extent = tuple[int, int]  # width, height
#: Of a picture whose size is the same either way.
TURNED = (
    'pictures that the hosts turn or mirror, since their EXIF data say so, but not {what}, and nothing tells how that '
    'was drawn. If it fits the picture as a viewer shows it, save the picture again, turned and without EXIF data, by '
    'ImageOps.exif_transpose of Pillow; else take its EXIF data out'
)


@dataclass(frozen=True)
class LoadedPicture:
    """A picture that could be read.

    Args:
        size: As the hosts load it: upright.
        stored: As it lies in its file.
        turned: EXIF data say that it is to be turned or mirrored, and the hosts do so.
        odd: How the hosts load it otherwise than it looks; empty if they do not.
    """

    size: Extent
    stored: Extent
    turned: bool = False
    odd: str = ''

    @property
    def ambiguous(self) -> bool:
        """It is turned or mirrored, and its size does not tell."""
        return self.turned and self.size == self.stored


@dataclass(frozen=True)
class LabelMap:
    """A label map that could be read; no host turns it, whatever its EXIF data say.

    Args:
        size: Its width and height.
        mode: Of Pillow, such as ``L`` for numbers of 8 bits.
        kind: Its format, such as ``PNG``.
        counts: The pixels of each id; none for colours and for numbers with fractions.
    """

    size: Extent
    mode: str
    kind: str
    counts: Mapping[int, int] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[int]:
        """All ids in it."""
        return frozenset(self.counts)

    @property
    def fault(self) -> str:
        """Why its numbers are no ids; empty if they may be some."""
        if self.kind in ('JPEG', 'MPO'):
            return 'JPEG, which smears ids along their edges; write them as PNG from where they were drawn'
        if self.mode == 'F':
            return 'numbers with fractions, which are cut down to whole ones when they are loaded'
        return '' if self.counts else 'colours where ids should be; docs/guides/data.md turns them into ids'


def read_picture(path: Path) -> LoadedPicture:
    """Decode a picture, or say why a host could not."""
    content = _content(path)
    with Image.open(io.BytesIO(content)) as image:
        _require_end(content, image.format or '')
        image.load()
        _require_loader(content, image)
        orientation = image.getexif().get(ExifTags.Base.Orientation, UPRIGHT)
        width, height = image.size
        size = (height, width) if orientation in ON_ITS_SIDE else (width, height)
        turned = orientation in range(UPRIGHT + 1, max(ON_ITS_SIDE) + 1)
        return LoadedPicture(size, image.size, turned, _oddity(image, content))


def read_label_map(path: Path) -> LabelMap:
    """Decode a label map and count the pixels of each id in it."""
    content = _content(path)
    with Image.open(io.BytesIO(content)) as image:
        _require_end(content, image.format or '')
        pixels = np.asarray(image)
        has_ids = pixels.ndim == 2 and image.mode != 'F'
        return LabelMap(image.size, image.mode, image.format or '', _count(pixels) if has_ids else {})


def _content(path: Path) -> bytes:
    if not path.is_file():  # a pipe would never end
        raise OSError(f'a link to {os.readlink(path)}, which is no file' if path.is_symlink() else 'it is no file')
    return path.read_bytes()


def _count(pixels: np.ndarray) -> dict[int, int]:
    if pixels.dtype == np.uint8:  # several times faster than to sort, as np.unique does
        counts = np.bincount(pixels.ravel())
        return {int(number): int(counts[number]) for number in np.flatnonzero(counts)}
    return {int(number): int(count) for number, count in zip(*np.unique(pixels, return_counts=True), strict=True)}


# ---------------------------------------------------------------------------------------------------------- last bytes


def _require_end(content: bytes, kind: str) -> None:
    """Refuse a file that lacks its last bytes, which decoders pass over if no pixel is among them."""
    reason = ENDS.get(kind, lambda content: '')(content)
    if reason:
        raise ValueError(reason)


def _end_of_jpeg(content: bytes) -> str:
    """Look for the mark of the end behind the head, where a preview may have one of its own."""
    place = 2
    while content[place : place + 1] == b'\xff' and content[place + 1 : place + 2] != b'\xda':
        filled = content[place + 1 : place + 2] == b'\xff'
        place += 1 if filled else 2 + int.from_bytes(content[place + 2 : place + 4], 'big')
    return '' if content.find(b'\xff\xd9', place) > 0 else 'its last bytes are missing, or zeros stand for them'


def _end_of_png(content: bytes) -> str:
    """Go through all chunks: each has a checksum, which counts if its name is in capitals, and the last is IEND."""
    place = 8
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4], 'big')
        kind, data = content[place + 4 : place + 8], memoryview(content)[place + 4 : place + 8 + length]
        place += 12 + length
        if kind[:1].isupper() and zlib.crc32(data) != int.from_bytes(content[place - 4 : place], 'big'):
            return f'its chunk {kind.decode("latin-1")} does not have the checksum that it names'
        if kind == b'IEND':
            return ''
    return 'its last bytes are missing'


ENDS: dict[str, Callable[[bytes], str]] = dict(JPEG=_end_of_jpeg, MPO=_end_of_jpeg, PNG=_end_of_png)

# ------------------------------------------------------------------------------------------------ loaders of the hosts


def _require_loader(content: bytes, image: Image.Image) -> None:
    """Refuse a picture that Pillow reads and OpenCV, the loader of the hosts, does not."""
    if image.mode == 'F':
        raise ValueError('numbers with fractions, which the hosts cut down to whole ones')
    if image.format in ('JPEG', 'MPO', 'PNG', 'BMP'):
        return
    import cv2  # not before it is needed: the help of the command line waits for it

    if cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) is None:
        raise ValueError(f'{image.format}, which OpenCV does not read, and so no host')


def _oddity(image: Image.Image, content: bytes) -> str:
    return next((text for holds, text in ODDITIES if holds(image, content)), '')


def _has_sixteen_bits(image: Image.Image, content: bytes) -> bool:
    deep_png = image.format == 'PNG' and content[DEPTH_OF_PNG] == SIXTEEN_BITS
    return deep_png or image.mode.startswith('I')


def _shows_through(image: Image.Image) -> bool:
    if 'A' in image.getbands():
        return bool(np.asarray(image.getchannel('A')).min() < OPAQUE)
    return image.has_transparency_data


Oddity = tuple[Callable[[Image.Image, bytes], bool], str]
ODDITIES: tuple[Oddity, ...] = (
    (lambda image, content: getattr(image, 'n_frames', 1) > 1, 'of several frames, the first is taken'),
    (_has_sixteen_bits, 'of 16 bits a channel, the lower half is dropped'),
    (lambda image, content: _shows_through(image), 'what is transparent is shown as if it were not'),
    (lambda image, content: image.mode == 'CMYK', 'colours of print (CMYK) are turned into others than they look'),
)

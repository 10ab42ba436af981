"""Ways to damage a file or a folder, each as a function of a path."""

from __future__ import annotations

import json
import os
import random
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from PIL import ExifTags, Image

#: Damages what lies at a path.
Harm: TypeAlias = Callable[[Path], object]
#: Changes the content of a COCO file.
Edit: TypeAlias = Callable[[dict], object]

HUGE = 60_000  # pixels a side: 10 GB of colours


# -------------------------------------------------------------------------------------------------- bytes of any file


def drop_end(path: Path, number: int) -> None:
    path.write_bytes(path.read_bytes()[:-number])


def drop_end_mark(path: Path) -> None:
    """Take away the few bytes that say where a picture ends; every pixel is still there."""
    drop_end(path, 12 if path.suffix == '.png' else 2)


def keep_part(path: Path, part: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])


def zero_tail(path: Path) -> None:
    """What a copy leaves that was cut off on a file system with holes: the right length, and zeros at the end."""
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(content[:half] + bytes(len(content) - half))


def flip_bytes(path: Path, rng: random.Random, number: int = 8) -> None:
    content = bytearray(path.read_bytes())
    for place in rng.sample(range(len(content) // 3, 2 * len(content) // 3), number):
        content[place] ^= 0x55
    path.write_bytes(bytes(content))


def empty(path: Path) -> None:
    path.write_bytes(b'')


def web_page(path: Path) -> None:
    path.write_text('<!DOCTYPE html><html><body>404 Not Found</body></html>\n')


# --------------------------------------------------------------------------------------------------- places of any file


def remove(path: Path) -> None:
    path.unlink()


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def folder_beside(name: str) -> Harm:
    return lambda path: (path.parent / name).mkdir()


def dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to('of_a_disk_that_is_gone' + path.suffix)


def link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def forbid(path: Path) -> None:
    path.chmod(0)


def rename(name: str) -> Harm:
    return lambda path: path.rename(path.with_name(name))


def change_suffix(suffix: str) -> Harm:
    return lambda path: path.rename(path.with_suffix(suffix))


# ----------------------------------------------------------------------------------------------------------- pictures


def save_as(mode: str, kind: str | None = None, size: tuple[int, int] | None = None) -> Harm:
    """Write a picture again in another mode, format or size, under the same name."""

    def harm(path: Path) -> None:
        with Image.open(path) as image:
            made = image.convert('RGB').resize(size or image.size)
            kept = kind or image.format
        if kept == 'JPEG' and mode not in ('RGB', 'L', 'CMYK'):
            kept = 'PNG'
        made.convert(mode).save(path, kept)

    return harm


def sixteen_bits(path: Path) -> None:
    image = cv2.imread(str(path))
    path.write_bytes(cv2.imencode('.png', image.astype(np.uint16) * 257)[1].tobytes())


def make_transparent(path: Path) -> None:
    with Image.open(path) as image:
        made = image.convert('RGB')
    made.putalpha(100)
    made.save(path, 'PNG')


def float_picture(path: Path) -> None:
    image = cv2.imread(str(path)).astype(np.float32) / 255
    path.write_bytes(cv2.imencode('.tiff', image)[1].tobytes())


def animate(path: Path) -> None:
    with Image.open(path) as image:
        first = image.convert('RGB')
    first.save(path, 'GIF', save_all=True, append_images=[first.rotate(90), first.rotate(180)])


def turn_by_exif(orientation: int) -> Harm:
    """Say in the file that the picture is to be turned when it is shown."""

    def harm(path: Path) -> None:
        tags = Image.Exif()
        tags[ExifTags.Base.Orientation] = orientation
        with Image.open(path) as image:
            image.load()
            image.save(path, image.format, exif=tags)

    return harm


def claim_gigabytes(path: Path) -> None:
    """A PNG whose head says that it is huge, and that has hardly any content."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack('>I', len(content)) + kind + content + struct.pack('>I', zlib.crc32(kind + content))

    head = struct.pack('>IIBBBBB', HUGE, HUGE, 8, 2, 0, 0, 0)
    pieces = chunk(b'IHDR', head), chunk(b'IDAT', zlib.compress(bytes(100))), chunk(b'IEND', b'')
    path.write_bytes(b'\x89PNG\r\n\x1a\n' + b''.join(pieces))


def wrong_checksum(path: Path) -> None:
    """A PNG whose pixels are whole, but whose checksum says otherwise."""
    content = bytearray(path.read_bytes())
    place = content.rfind(b'IDAT')
    (length,) = struct.unpack('>I', content[place - 4 : place])
    content[place + 4 + length] ^= 0xFF
    path.write_bytes(bytes(content))


# --------------------------------------------------------------------------------------------------------- label maps


def map_of(change: Callable[[np.ndarray], np.ndarray], kind: str = 'PNG') -> Harm:
    """Write a label map again, with other pixels or in another format, under the same name."""

    def harm(path: Path) -> None:
        with Image.open(path) as image:
            pixels = change(np.array(image))
        Image.fromarray(pixels).save(path, kind)

    return harm


def with_id(number: int, dtype: type = np.uint8) -> Callable[[np.ndarray], np.ndarray]:
    """Write an id into one corner of a label map."""

    def change(pixels: np.ndarray) -> np.ndarray:
        pixels = pixels.astype(dtype)
        pixels[:4, :4] = number
        return pixels

    return change


def palette_map(path: Path) -> None:
    with Image.open(path) as image:
        made = Image.fromarray(np.array(image))
    made.putpalette([value for index in range(256) for value in (index, 7 * index % 256, 255 - index)])
    made.save(path)


# --------------------------------------------------------------------------------------------------------------- json


def edit(change: Edit) -> Harm:
    """Change the content of a COCO file; numbers that are none are written as Python does."""

    def harm(path: Path) -> None:
        content = json.loads(path.read_text())
        changed = change(content)
        path.write_text(json.dumps(changed if isinstance(changed, (list, int)) else content))

    return harm


def nest(path: Path) -> None:
    depth = 200_000
    path.write_text('{"images": ' + depth * '[' + depth * ']' + '}')


def other_encoding(path: Path) -> None:
    content = json.loads(path.read_text())
    content['info'] = dict(description='Stra\xdfe')
    path.write_bytes(json.dumps(content, ensure_ascii=False).encode('latin-1'))


def change_picture(index: int, **fields: object) -> Harm:
    return edit(lambda content: content['images'][index].update(fields) and None)


def change_category(index: int, **fields: object) -> Harm:
    return edit(lambda content: content['categories'][index].update(fields) and None)


def change_object(index: int, **fields: object) -> Harm:
    return edit(lambda content: content['annotations'][index].update(fields) and None)


def drop_of(key: str, index: int, field: str) -> Harm:
    return edit(lambda content: content[key][index].pop(field) and None)


# ------------------------------------------------------------------------------------------------------------ folders


def move_up(path: Path) -> None:
    """Take away one level of folders."""
    for entry in list(path.iterdir()):
        entry.rename(path.parent / entry.name)
    path.rmdir()


def move_down(name: str) -> Harm:
    """Put one more folder between a folder and what is in it."""

    def harm(path: Path) -> None:
        aside = path.with_name('aside')
        path.rename(aside)
        path.mkdir()
        aside.rename(path / name)

    return harm


def clear(path: Path) -> None:
    """Leave the folder, and nothing in it."""
    for entry in list(path.iterdir()):
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def clear_below(path: Path) -> None:
    """Leave all folders, and no file in them."""
    for place, _, names in os.walk(path):
        for name in names:
            (Path(place) / name).unlink()


def file_instead(path: Path) -> None:
    shutil.rmtree(path)
    path.write_text('see the other disk\n')


def link_into_itself(path: Path) -> None:
    (path / 'again').symlink_to('.')


def copy_to(name: str) -> Harm:
    return lambda path: shutil.copytree(path, path.with_name(name))


def swap(one: str, other: str) -> Harm:
    """Exchange two folders below a path."""

    def harm(path: Path) -> None:
        (path / one).rename(path / 'aside')
        (path / other).rename(path / one)
        (path / 'aside').rename(path / other)

    return harm


def change_line(index: int, line: str | None) -> Harm:
    """Replace a line of a text file, or take it out."""

    def harm(path: Path) -> None:
        lines = path.read_text().splitlines()
        lines[index : index + 1] = [] if line is None else [line]
        path.write_text(''.join(f'{one}\n' for one in lines))

    return harm

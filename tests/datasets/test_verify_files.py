"""Files that a decoder passes over, or that no host can load, are named; what is only odd is a remark."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmvpt.datasets.verify import LAYOUTS, Findings, verify
from mmvpt.datasets.verify.decode import read_label_map, read_picture
from tests.damage import harm as do
from tests.damage.harm import Harm
from tests.data_makers import make_ade, make_coco, make_image_folder

CLASSES = tuple('abcdef')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_image_folder(tmp_path / 'data')


@pytest.fixture
def ade(tmp_path: Path) -> Path:
    return make_ade(tmp_path / 'ade', num_images=4)


def look(root: Path, layout: str = 'image-folder', **options: int | bool) -> Findings:
    classes = dict(ade20k=CLASSES).get(layout)
    return verify(LAYOUTS[layout](root, classes), **options)


def problems(findings: Findings) -> str:
    return str(findings).partition('Problems\n')[2]


def picture(path: Path, kind: str = 'PNG') -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (40, 48, 3), np.uint8)
    Image.fromarray(noise).save(path, kind)
    return path


# ------------------------------------------------------------------------------------------------------- whole files


@pytest.mark.parametrize('kind', ['PNG', 'JPEG', 'BMP', 'TIFF', 'WEBP', 'GIF'])
def test_whole_pictures_are_read(tmp_path: Path, kind: str) -> None:
    found = read_picture(picture(tmp_path / 'x', kind))
    assert (found.size, found.turned, found.odd) == ((48, 40), False, '')


@pytest.mark.parametrize('kind', ['PNG', 'JPEG'])
def test_bytes_behind_the_end_are_no_fault(tmp_path: Path, kind: str) -> None:
    path = picture(tmp_path / 'x', kind)
    path.write_bytes(path.read_bytes() + b'of some camera')
    assert read_picture(path).size == (48, 40)


@pytest.mark.parametrize(
    'name, kind, harm, reason',
    [
        ('x.png', 'PNG', do.drop_end_mark, 'its last bytes are missing'),
        ('x.jpg', 'JPEG', do.drop_end_mark, 'its last bytes are missing'),
        ('x.jpg', 'JPEG', do.zero_tail, 'zeros stand for them'),
        ('x.png', 'PNG', do.wrong_checksum, 'its chunk IDAT does not have the checksum'),
        ('x.pcx', 'PCX', lambda path: None, 'PCX, which OpenCV does not read'),
        ('x.png', 'PNG', do.folder_instead, 'it is no file'),
        ('x.png', 'PNG', do.dangling_link, 'a link to of_a_disk_that_is_gone.png'),
    ],
)
def test_what_a_host_cannot_load_is_refused(tmp_path: Path, name: str, kind: str, harm: Harm, reason: str) -> None:
    path = picture(tmp_path / name, kind)
    harm(path)
    with pytest.raises((ValueError, OSError), match=reason):
        read_picture(path)


def test_a_preview_inside_of_a_picture_does_not_stand_for_its_end(tmp_path: Path) -> None:
    path = picture(tmp_path / 'x.jpg', 'JPEG')
    content = path.read_bytes()
    preview = b'\xff\xe1' + (2 + len(content)).to_bytes(2, 'big') + content
    path.write_bytes(content[:2] + preview + content[2:-2])
    with pytest.raises(ValueError, match='its last bytes are missing'):
        read_picture(path)


def test_a_note_at_the_end_of_a_png_may_be_damaged_as_libpng_passes_over_it(tmp_path: Path) -> None:
    path = picture(tmp_path / 'x.png')
    note = (4).to_bytes(4, 'big') + b'teSt' + b'note' + bytes(4)
    path.write_bytes(path.read_bytes()[:-12] + note + path.read_bytes()[-12:])
    assert read_picture(path).size == (48, 40)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'x.png')
    with pytest.raises(OSError, match='it is no file'):
        read_picture(tmp_path / 'x.png')


@pytest.mark.parametrize(
    'harm, odd',
    [
        (do.sixteen_bits, 'of 16 bits'),
        (do.save_as('RGBA'), ''),
        (do.save_as('CMYK', 'JPEG'), 'CMYK'),
        (do.animate, 'the first is taken'),
        (do.make_transparent, 'transparent'),
        (do.save_as('P'), ''),
        (do.save_as('L'), ''),
    ],
)
def test_what_loads_otherwise_than_it_looks_is_told(tmp_path: Path, harm: Harm, odd: str) -> None:
    path = picture(tmp_path / 'x.png')
    harm(path)
    assert odd in read_picture(path).odd
    assert bool(read_picture(path).odd) == bool(odd)


def test_a_picture_with_transparent_parts_is_a_remark(folder: Path) -> None:
    path = folder / 'train/class0/0000.png'
    do.make_transparent(path)
    found = look(folder)
    assert not found.problems
    assert 'what is transparent is shown as if it were not: 1 (class0/0000.png)' in str(found)


# ----------------------------------------------------------------------------------------------------------- folders


def spare_folder(root: Path) -> None:
    (root / 'train/class1/spare.png').mkdir()


def other_case(root: Path) -> None:
    for split in ('train', 'val'):
        shutil.copytree(root / split / 'class0', root / split / 'Class0')


FOLDERS: list[tuple[Callable[[Path], object], str]] = [
    (spare_folder, 'data/train: folders with the name of a picture: 1 (class1/spare.png)'),
    (
        lambda root: (root / 'train/class1/again').symlink_to('..'),
        'data/train: links that lead back to a folder around them: 1 (class1/again)',
    ),
    (lambda root: (root / 'train/class0/0000.png').rename(root / 'train/class0/0000.webp'), '1 (class0/0000.webp)'),
    (other_case, 'data/val: classes whose names differ in case alone: 2 (Class0, class0)'),
    (lambda root: do.file_instead(root / 'val'), 'data/val cannot be read as a folder: Not a directory'),
    (
        lambda root: (shutil.rmtree(root / 'val'), (root / 'val').symlink_to('gone')),
        'data/val is a link to gone, which is not there',
    ),
]


@pytest.mark.parametrize('harm, found', FOLDERS)
def test_harm_to_folders_is_named(folder: Path, harm: Callable[[Path], object], found: str) -> None:
    harm(folder)
    assert found in problems(look(folder, quick=True))


def test_a_folder_that_may_not_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def guarded(path: str | Path) -> object:
        if str(path).endswith('class1'):
            raise PermissionError(13, 'Permission denied', str(path))
        return scandir(path)

    monkeypatch.setattr(os, 'scandir', guarded)
    assert 'data/train/class1 cannot be read: Permission denied' in problems(look(folder))


def test_a_fault_of_the_look_itself_is_a_finding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('mmvpt.datasets.verify.folder.list_files', lambda *args: 1 / 0)
    found = problems(look(folder))
    assert 'data/train, ' in found and 'cannot be checked: ZeroDivisionError: division by zero' in found


# -------------------------------------------------------------------------------------------------------- label maps

MAPS: list[tuple[Harm, str]] = [
    (do.map_of(lambda pixels: pixels.astype(np.float32) + 0.5, 'TIFF'), 'numbers with fractions, which are cut down'),
    (do.save_as('L', 'JPEG'), 'JPEG, which smears ids along their edges'),
    (do.save_as('RGBA'), 'colours where ids should be'),
    (do.drop_end_mark, 'files that do not decode'),
    (do.map_of(do.with_id(257, np.uint16), 'TIFF'), '0002.png has [257]'),
]


@pytest.mark.parametrize('harm, found', MAPS)
def test_harm_to_a_label_map_is_named(ade: Path, harm: Harm, found: str) -> None:
    harm(ade / 'annotations/training/0002.png')
    text = problems(look(ade, 'ade20k'))
    assert found in text and '0002.png' in text


def test_ids_of_more_bits_and_of_a_palette_are_fine(ade: Path) -> None:
    do.palette_map(ade / 'annotations/training/0001.png')
    do.map_of(lambda pixels: pixels.astype(np.uint16), 'TIFF')(ade / 'annotations/training/0002.png')
    assert not look(ade, 'ade20k').problems
    assert read_label_map(ade / 'annotations/training/0001.png').mode == 'P'


@pytest.mark.parametrize('orientation', [3, 6])
def test_a_picture_that_is_turned_without_its_map_is_named(ade: Path, orientation: int) -> None:
    do.turn_by_exif(orientation)(ade / 'images/training/0003.jpg')
    text = problems(look(ade, 'ade20k'))
    assert 'the hosts turn or mirror, since their EXIF data say so, but not the label map' in text
    assert 'ImageOps.exif_transpose' in text and '(0003.png)' in text


def test_a_picture_that_is_turned_without_its_boxes_is_named(tmp_path: Path) -> None:
    root = make_coco(tmp_path / 'coco', num_images=1, num_classes=2, stuff=False)
    do.turn_by_exif(8)(root / 'val2017/000000000001.jpg')
    (problem,) = verify(LAYOUTS['coco'](root, ('person', 'bicycle'))).problems
    assert 'val2017: pictures that the hosts turn or mirror' in problem and 'but not its boxes and masks' in problem


def test_a_size_that_tells_how_a_map_was_drawn_is_no_problem(ade: Path) -> None:
    """The map is as wide as the upright picture, and the picture lies on its side."""
    rng = random.Random(0)
    labels = np.array([[rng.randrange(7) for _ in range(24)] for _ in range(32)], np.uint8)
    for split in ('training', 'validation'):
        Image.fromarray(labels).save(ade / f'annotations/{split}/0000.png')
        path = ade / f'images/{split}/0000.jpg'
        Image.new('RGB', (32, 24)).save(path)
        do.turn_by_exif(6)(path)
    assert not look(ade, 'ade20k').problems


# ------------------------------------------------------------------------------------------------------------ sample


def test_a_sample_is_decoded_and_no_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def remember(path: Path) -> object:
        read.append(path)
        return read_picture(path)

    monkeypatch.setattr('mmvpt.datasets.verify.folder.read_picture', remember)
    assert not look(folder, sample=5).problems
    assert [sum(split in path.parts for path in read) for split in ('train', 'val')] == [5, 5]
    first = sorted(read)
    read.clear()
    look(folder, sample=5)
    assert sorted(read) == first
    read.clear()
    look(folder, sample=500)
    assert len(read) == len(set(read)) == 24  # each once


def test_a_sample_of_label_maps_does_not_say_which_classes_are_absent(ade: Path) -> None:
    found = look(ade, 'ade20k', sample=1)
    assert not found.problems
    assert 'annotations/training: 1 of 4 opened, so little is known of their ids' in str(found)

"""Data sets are prepared from archives in their true formats; what is missing or broken is named."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from mmengine.registry import DATASETS

from mmvpt.datasets.card import CARD, data_source
from mmvpt.datasets.catalog import CATALOG
from mmvpt.datasets.prepare import prepare
from mmvpt.datasets.prepare.split import hold_out_tenth
from mmvpt.datasets.prepare.unpack import Folder
from mmvpt.datasets.verify import LAYOUTS, verify
from mmvpt.papers.tasks import GROUPS
from mmvpt.text.refused import Refused

from .archives import MAKERS, lines, make_cub, write_tar

#: What comes of the tiny archives: classes, and labels of each split.
EXPECTED = {
    'CUB_200_2011': (['Bird 1', 'Bird 2'], dict(train=7, val=1, test=4)),
    'nabirds': (['Barn Owl (37)', 'Barn Owl (1010)'], dict(train=3, val=1, test=2)),
    'oxford_flowers': ([f'flower {i + 1}' for i in range(102)], dict(train=2, val=2, test=2)),
    'stanford_dogs': (['Breed 0', 'Breed 1'], dict(train=3, val=1, test=4)),
    'stanford_cars': (['Audi A4', 'BMW M3'], dict(train=1, val=1, test=2)),
    'caltech101': (['BACKGROUND_Google', 'ant'], dict(train=54, val=6, test=4)),
    'clothing1m': (['T-Shirt', 'Down Coat'], dict(train=6, val=2, test=2)),
    'imagenet_a': (['n01498041', 'n01531178'], dict(test=4)),
    'imagenet_r': (['n01443537'], dict(test=1)),
}


def run(name: str, folder: Path, **options):
    return prepare(name, folder / 'down', folder / name, unchecked=True, whole=False, **options)


def build(folder: Path, split: str):
    return DATASETS.build(dict(type='mmvpt.ImageLists', data_root=str(folder), split=split, pipeline=[]))


def test_each_data_set_has_tiny_archives() -> None:
    assert MAKERS.keys() == CATALOG.keys()


@pytest.mark.parametrize('name', CATALOG)
def test_archives_become_lists_that_are_read_and_verified(name: str, tmp_path: Path) -> None:
    MAKERS[name](tmp_path / 'down')
    prepared = run(name, tmp_path)
    folder = prepared.folder
    classes = (folder / 'class_names.txt').read_text().splitlines()
    sizes = {split: number for split, number in prepared.sizes.items() if split != 'trainval'}
    if name == 'oxford_pets':
        assert (len(classes), classes[0], classes[36]) == (37, 'Abyssinian', 'yorkshire terrier')
        assert sizes == dict(train=5, val=1, test=2)
    else:
        assert (classes, sizes) == EXPECTED[name]
    for split, number in prepared.sizes.items():
        dataset = build(folder, split)
        assert len(dataset) == number
        assert all(Path(dataset.get_data_info(place)['img_path']).is_file() for place in range(number))
    assert 'No problems found' in str(verify(LAYOUTS['lists'](folder, None)))
    assert CATALOG[name].page in data_source(folder)


def test_labels_are_those_of_the_annotations(tmp_path: Path) -> None:
    for name, expected in {
        'nabirds': {'0037': 0, '1010': 1},
        'stanford_cars': {'000001': 0, '000002': 1, '000003': 0, '000004': 1},
        'oxford_flowers': {'00001': 76, '00003': 0, '00004': 101},
        'clothing1m': {'pic0': 0, 'pic1': 1, 'pic5': 1, 'pic6': 1, 'pic8': 1},
    }.items():
        MAKERS[name](tmp_path / 'down')
        folder = run(name, tmp_path).folder
        texts = [(folder / f'{split}.txt').read_text() for split in ('train', 'val', 'test')]
        labels = dict(line.rsplit(' ', 1) for text in texts for line in text.splitlines())
        for part, label in expected.items():
            assert {int(found) for path, found in labels.items() if part in path} == {label}, (name, part)


def test_sizes_are_those_of_the_papers() -> None:
    """VPT, Table 8: train, val, test; NABirds has 555 classes, the table says 55."""
    table = {
        'CUB_200_2011': ('CUB-200-2011', 5394, 600, 5794),
        'nabirds': ('NABirds', 21536, 2393, 24633),
        'oxford_flowers': ('Oxford Flowers', 1020, 1020, 6149),
        'stanford_dogs': ('Stanford Dogs', 10800, 1200, 8580),
        'stanford_cars': ('Stanford Cars', 7329, 815, 8041),
    }
    for name, (title, *sizes) in table.items():
        assert list(CATALOG[name].sizes.values()) == sizes
        assert CATALOG[name].classes == GROUPS['FGVC'][title].classes
        train, val, _ = sizes
        if name != 'oxford_flowers':  # it has a published validation split
            parts = hold_out_tenth(range(train + val), 0)
            assert [len(part) for part in parts] == [train, val]


def test_a_tenth_is_held_out_by_the_seed_alone(tmp_path: Path) -> None:
    train, val = hold_out_tenth(range(101), 3)
    assert sorted([*train, *val]) == list(range(101))
    assert (len(val), val) == (11, sorted(val))
    assert hold_out_tenth(range(101), 3) == (train, val) != hold_out_tenth(range(101), 4)


def test_the_same_command_unpacks_nothing_again(tmp_path: Path, monkeypatch) -> None:
    make_cub(tmp_path / 'down')
    before = run('CUB_200_2011', tmp_path)
    monkeypatch.setattr(Folder, '_extract', lambda *_: pytest.fail('unpacked again'))
    assert run('CUB_200_2011', tmp_path) == before
    (tmp_path / 'down' / 'CUB_200_2011.tgz').unlink()  # the unpacked folder is enough
    assert run('CUB_200_2011', tmp_path) == before


def test_an_interrupted_command_goes_on(tmp_path: Path, monkeypatch) -> None:
    MAKERS['stanford_dogs'](tmp_path / 'down')
    unpack, done = Folder._extract, []

    def stop_at_second(self, archive, source, into, progress):
        if done:
            raise KeyboardInterrupt
        done.append(archive.name)
        unpack(self, archive, source, into, progress)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Folder, '_extract', stop_at_second)
        run('stanford_dogs', tmp_path)
    assert not (tmp_path / 'stanford_dogs' / CARD).exists()
    assert run('stanford_dogs', tmp_path).sizes['test'] == 4


def test_what_is_missing_is_said_with_where_it_is_from(tmp_path: Path) -> None:
    MAKERS['stanford_dogs'](tmp_path / 'down')
    (tmp_path / 'down' / 'lists.tar').unlink()
    with pytest.raises(Refused, match=r'lacks 1 of 2 files of Stanford Dogs: lists.tar. Download .*ImageNetDogs'):
        run('stanford_dogs', tmp_path)
    assert not (tmp_path / 'stanford_dogs').exists()


def test_an_unknown_name_is_answered_with_near_ones(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"no recipe for 'stanford_dog'. Did you mean stanford_dogs"):
        run('stanford_dog', tmp_path)


def test_another_checksum_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    make_cub(tmp_path / 'down')
    with pytest.raises(Refused, match=r'CUB_200_2011.tgz: its MD5 is .* 97eceeb196236b17998738112f37df78. Download it'):
        prepare('CUB_200_2011', tmp_path / 'down', tmp_path / 'out', whole=False)
    assert not (tmp_path / 'out').exists()


def test_another_number_of_images_is_refused(tmp_path: Path) -> None:
    make_cub(tmp_path / 'down')
    with pytest.raises(Refused, match=r'2 classes and the images .* has 200 and'):
        prepare('CUB_200_2011', tmp_path / 'down', tmp_path / 'out', unchecked=True)
    assert not (tmp_path / 'out' / CARD).exists()


def test_an_archive_cut_short_is_named(tmp_path: Path) -> None:
    make_cub(tmp_path / 'down')
    path = tmp_path / 'down' / 'CUB_200_2011.tgz'
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Refused, match=r'CUB_200_2011.tgz: it cannot be unpacked'):
        run('CUB_200_2011', tmp_path)


def test_an_archive_that_leads_outside_is_refused(tmp_path: Path) -> None:
    write_tar(tmp_path / 'down' / 'CUB_200_2011.tgz', {'../../evil.txt': 'x'})
    with pytest.raises(Refused, match='it cannot be unpacked'):
        run('CUB_200_2011', tmp_path)
    link = tarfile.TarInfo('CUB_200_2011/images')
    link.type, link.linkname = tarfile.SYMTYPE, '/etc'
    with tarfile.open(tmp_path / 'down' / 'CUB_200_2011.tgz', 'w:gz') as tar:
        tar.addfile(link)
    with pytest.raises(Refused, match='it cannot be unpacked'):
        run('CUB_200_2011', tmp_path)
    assert not (tmp_path / 'evil.txt').exists()


def test_an_image_that_is_listed_and_absent_is_named(tmp_path: Path) -> None:
    make_cub(tmp_path / 'down')
    folder = run('CUB_200_2011', tmp_path).folder
    next((folder / 'images').rglob('Bird_2_3.jpg')).unlink()
    with pytest.raises(Refused, match=r'1 images are listed and absent: images/002.Bird_2/Bird_2_3.jpg'):
        run('CUB_200_2011', tmp_path)


@pytest.mark.parametrize(
    ('file', 'text', 'message'),
    [
        ('images.txt', lines('1'), "images.txt: line 1 is '1'"),
        ('image_class_labels.txt', lines('1 7'), "image 1 has the class '7'"),
        ('train_test_split.txt', lines('1 2'), "it has '2' where a number from 0 to 1"),
    ],
)
def test_wrong_annotations_are_named(file: str, text: str, message: str, tmp_path: Path) -> None:
    make_cub(tmp_path / 'down')
    folder = run('CUB_200_2011', tmp_path).folder
    (folder / file).write_text(text)
    with pytest.raises(Refused, match=message):
        run('CUB_200_2011', tmp_path)


def test_splits_of_others_take_the_place_of_the_seed(tmp_path: Path) -> None:
    make_cub(tmp_path / 'down')
    splits = tmp_path / 'splits'
    splits.mkdir()
    names = [f'00{label}.Bird_{label}/Bird_{label}_{place}.jpg' for label in (1, 2) for place in range(6)]
    parts = {'train': names[1:3], 'val': names[:1], 'test': names[6:]}
    for split, some in parts.items():
        (splits / f'{split}.json').write_text(json.dumps({name: int(name[2]) for name in some}))
    folder = run('CUB_200_2011', tmp_path, splits=splits).folder
    assert (folder / 'val.txt').read_text() == 'images/001.Bird_1/Bird_1_0.jpg 0\n'
    assert (folder / 'test.txt').read_text().splitlines()[0] == 'images/002.Bird_2/Bird_2_0.jpg 1'
    assert json.loads((folder / CARD).read_text())['seed'] is None
    (splits / 'val.json').write_text(json.dumps({'no/such.jpg': 1}))
    with pytest.raises(Refused, match=r'val.json: it lists images that .* does not have: no/such.jpg'):
        run('CUB_200_2011', tmp_path, splits=splits)
    (splits / 'val.json').write_text(json.dumps({names[1]: 1}))
    with pytest.raises(Refused, match=r'Bird_1_1.jpg is in train and in val'):
        run('CUB_200_2011', tmp_path, splits=splits)


def test_a_wrong_card_is_named(tmp_path: Path) -> None:
    (tmp_path / CARD).write_text('{')
    with pytest.raises(Refused, match=r'card.json: it is no card'):
        data_source(tmp_path)

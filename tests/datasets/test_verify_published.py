"""CUB-200-2011 and CIFAR-100 are looked through as published."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from mmengine.config import Config
from mmpretrain.datasets import CIFAR100

from mmvpt.datasets.verify import LAYOUTS, Findings, parts_of_config, verify
from tests.damage import harm as do
from tests.damage.harm import Harm
from tests.data_makers import make_cifar100, make_cub


def look(layout: str, root: Path) -> Findings:
    return verify(LAYOUTS[layout](root, None))


def problems(findings: Findings) -> str:
    return str(findings).partition('Problems\n')[2]


@pytest.fixture
def cub(tmp_path: Path) -> Path:
    return make_cub(tmp_path / 'cub')


def test_a_good_cub_passes_and_is_counted(cub: Path) -> None:
    found = look('cub', cub)
    assert not found.problems and not found.remarks
    assert '4 pictures for training, 4 for test, 8 of 200 classes' in str(found)


CUB: list[tuple[str, Harm, str]] = [
    ('images.txt', do.remove, 'There is no'),
    ('images.txt', do.change_line(2, '3'), "not a number and the name of a picture: 1 (line 3: '3')"),
    ('image_class_labels.txt', do.change_line(2, '3 201'), "not a number and a class, 1 to 200: 1 (line 3: '3 201')"),
    ('train_test_split.txt', do.change_line(2, '3 2'), 'not a number and 1 for training or 0 for test'),
    ('train_test_split.txt', do.change_line(2, '2 1'), 'numbers that stand there twice: 1 (2)'),
    (
        'image_class_labels.txt',
        do.change_line(2, None),
        'numbers of pictures that only the other files have, at which mmpretrain stops: 1 (3)',
    ),
    ('train_test_split.txt', lambda path: path.write_text('1 0\n'), 'has no picture for training'),
    ('images', do.file_instead, 'images cannot be read as a folder: Not a directory'),
    ('images/003.Bird/0002.jpg', do.remove, 'listed in images.txt but absent: 1 (003.Bird/0002.jpg)'),
    ('images/003.Bird/0002.jpg', do.drop_end_mark, 'files that do not decode: 1 (003.Bird/0002.jpg: its last bytes'),
]


@pytest.mark.parametrize('place, harm, found', CUB)
def test_harm_to_cub_is_named(cub: Path, place: str, harm: Harm, found: str) -> None:
    harm(cub / place)
    text = problems(look('cub', cub))
    assert found in text and Path(place).name in text


@pytest.fixture
def cifar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_cifar100(tmp_path / 'cifar')
    for name in ('train', 'test'):
        digest = hashlib.md5((root / 'cifar-100-python' / name).read_bytes()).hexdigest()
        monkeypatch.setattr(CIFAR100, f'{name}_list', [[name, digest]])
    return root


def test_a_good_cifar_passes(cifar: Path) -> None:
    found = look('cifar100', cifar)
    assert not found.problems
    assert 'cifar-100-python/train: as published' in str(found)


@pytest.mark.parametrize('harm', [do.drop_end_mark, do.empty, do.zero_tail])
def test_a_file_of_cifar_with_another_checksum_is_named(cifar: Path, harm: Harm) -> None:
    harm(cifar / 'cifar-100-python/test')
    assert 'cifar-100-python/test is not the published file' in problems(look('cifar100', cifar))


def test_a_file_of_cifar_that_is_absent_is_named(cifar: Path) -> None:
    (cifar / 'cifar-100-python/test').unlink()
    assert 'There is no ' in problems(look('cifar100', cifar))


def test_a_config_says_whether_cifar_is_fetched(tmp_path: Path) -> None:
    dataset = dict(type='CIFAR100', data_root=str(tmp_path), split='train')
    found = verify(parts_of_config(Config(dict(train_dataloader=dict(dataset=dataset)))))
    assert not found.problems and 'cifar-100-python; mmpretrain fetches it' in str(found)
    dataset['download'] = False
    assert verify(parts_of_config(Config(dict(train_dataloader=dict(dataset=dataset))))).problems


@pytest.mark.parametrize('kind', ['CUB', 'mmvpt.CUB'])
def test_a_config_of_cub_is_looked_through_once(cub: Path, kind: str) -> None:
    loaders = {
        f'{split}_dataloader': dict(dataset=dict(type=kind, data_root=str(cub), split=split))
        for split in ('train', 'val')
    }
    found = verify(parts_of_config(Config(loaders)))
    assert not found.problems and len(found.facts) == 1

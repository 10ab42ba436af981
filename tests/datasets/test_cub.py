"""CUB-200-2011 has pictures to select on, which are neither trained on nor tested."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmengine.registry import DATASETS

from tests.data_makers import make_cub


@pytest.fixture(scope='module')
def published(tmp_path_factory) -> Path:
    """The text files of the data set in its true numbers: 5,994 pictures to train on, 5,794 to test, class by class."""
    root = tmp_path_factory.mktemp('cub')
    labels = [index * 200 // 11_788 + 1 for index in range(11_788)]
    training = [index * 5994 // 11_788 != (index + 1) * 5994 // 11_788 for index in range(11_788)]
    columns = {
        'images.txt': [f'{label:03d}.Bird/{index:05d}.jpg' for index, label in enumerate(labels)],
        'image_class_labels.txt': labels,
        'train_test_split.txt': [int(flag) for flag in training],
    }
    for name, column in columns.items():
        (root / name).write_text(''.join(f'{index} {value}\n' for index, value in enumerate(column, start=1)))
    return root


def paths(root: Path, split: str) -> list[str]:
    dataset = DATASETS.build(dict(type='mmvpt.CUB', data_root=str(root), split=split, pipeline=[]))
    return [dataset.get_data_info(index)['img_path'] for index in range(len(dataset))]


def test_splits_are_as_large_as_in_the_paper(published: Path) -> None:
    """VPT, Table 8: 5,394 / 600 / 5,794."""
    train, val, trainval, test = (paths(published, split) for split in ('train', 'val', 'trainval', 'test'))
    assert [len(train), len(val), len(trainval), len(test)] == [5394, 600, 5994, 5794]
    assert not set(train) & set(val)
    assert set(train) | set(val) == set(trainval)
    assert not set(trainval) & set(test)


def test_pictures_of_every_class_are_held_out(published: Path) -> None:
    assert len({Path(path).parent.name for path in paths(published, 'val')}) == 200


def test_a_split_is_the_same_each_time(tmp_path: Path) -> None:
    root = make_cub(tmp_path, num_images=20)
    assert paths(root, 'val') == paths(root, 'val') != []


def test_an_unknown_split_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no split 'validation'. There are train, val, trainval, test"):
        paths(tmp_path, 'validation')

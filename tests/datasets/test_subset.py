"""Parts of data sets: seeded, each within the larger ones, recorded."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import ConfigDict
from mmengine.dataset import BaseDataset

from mmvpt.datasets.subset import Subset
from mmvpt.engine.about_run import _describe_data
from mmvpt.text.refused import Refused
from tests.data_makers import make_image_folder


class Labels(BaseDataset):
    """A data set of labels."""

    def __init__(self, labels: list[int], classes: int) -> None:
        self.labels = labels
        super().__init__(metainfo=dict(classes=tuple(map(str, range(classes)))), serialize_data=False)

    def load_data_list(self) -> list[dict]:
        return [dict(gt_label=label) for label in self.labels]


def of(classes: int, each: int, seed: int = 0) -> Labels:
    labels = np.repeat(np.arange(classes), each)
    np.random.RandomState(seed).shuffle(labels)
    return Labels(labels.tolist(), classes)


def counts(subset: Subset) -> list[int]:
    return [
        number for _, number in sorted(Counter(subset.get_data_info(i)['gt_label'] for i in range(len(subset))).items())
    ]


@pytest.mark.parametrize(
    ('option', 'values'),
    [('fraction', [0.1, 0.2, 0.4, 0.8, 1.0]), ('shots', [1, 2, 4, 8, 16]), ('size', [40, 100, 160])],
)
def test_each_part_lies_within_the_larger_ones_and_depends_on_the_seed(option: str, values: list) -> None:
    whole = of(10, 20)
    parts = [set(Subset(whole, **{option: value}).indices) for value in values]
    assert all(small < large for small, large in pairwise(parts))
    assert Subset(whole, **{option: values[0]}).indices == sorted(parts[0])
    assert Subset(whole, **{option: values[0]}, seed=1).indices != sorted(parts[0])


def test_shots_are_of_each_class() -> None:
    assert counts(Subset(of(10, 20), shots=1)) == [1] * 10
    assert counts(Subset(of(10, 20), shots=16)) == [16] * 10
    with pytest.raises(Refused, match=r'Class 1 \(1\) has 2 images, and 4 of each are asked for'):
        Subset(Labels([0] * 5 + [1] * 2, 2), shots=4)
    with pytest.raises(Refused, match=r'Class 2 \(2\) has 0 images'):
        Subset(Labels([0, 1], 3), shots=1)


def test_a_size_has_a_quarter_as_many_to_validate_on_and_none_of_them() -> None:
    whole = of(10, 50)
    train, val, both = (set(Subset(whole, size=400, part=part).indices) for part in ('train', 'val', 'trainval'))
    assert (len(train), len(val)) == (400, 100)
    assert not train & val and both == train | val
    assert set(Subset(whole, size=40, part='val').indices) < val
    with pytest.raises(Refused, match='Of 500 images, 4 to 400 can be for training'):
        Subset(whole, size=404)


@pytest.mark.parametrize(
    ('classes', 'each', 'ratio', 'total'),
    [(10, 5000, 100, 12_406), (10, 5000, 50, 13_996), (100, 500, 100, 10_847), (100, 500, 50, 12_608)],
)
def test_long_tailed_cifar_has_as_many_images_as_published(classes: int, each: int, ratio: int, total: int) -> None:
    """Totals of CIFAR-10-LT and CIFAR-100-LT by the code of LDAM (Cao et al. 2019)."""
    subset = Subset(of(classes, each), imbalance=ratio)
    numbers = counts(subset)
    assert len(subset) == sum(numbers) == total
    assert (numbers[0], numbers[-1]) == (each, each // ratio)
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({}, 'takes one of fraction, shots, size, imbalance, held_out; it got none'),
        (dict(fraction=0.5, shots=2), 'it got fraction, shots'),
        (dict(fraction=0.0), 'above 0 and 1 at most'),
        (dict(fraction=1.5), 'above 0 and 1 at most'),
        (dict(shots=0), '1 or more'),
        (dict(imbalance=0.5), 'It is 1 or more'),
        (dict(size=40, part='tset'), "part is 'tset'. It is one of train, val, trainval"),
        (dict(shots=1, part='val'), 'goes with size and held_out'),
    ],
)
def test_wrong_options_are_refused(options: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        Subset(of(10, 20), **options)


def test_a_long_tail_of_unequal_classes_is_refused() -> None:
    with pytest.raises(Refused, match='the classes have 2 to 5 images'):
        Subset(Labels([0] * 5 + [1] * 2, 2), imbalance=10)


def test_a_config_builds_it_and_a_delta_records_it(tmp_path: Path) -> None:
    inner = dict(
        type='mmpretrain.CustomDataset', data_root=str(make_image_folder(tmp_path)), data_prefix='train', pipeline=[]
    )
    subset = Subset(inner, shots=2)
    assert len(subset) == 6
    assert subset.metainfo['classes'] == ('class0', 'class1', 'class2')
    assert subset[0]['img_path'].endswith('.png')
    described = _describe_data(ConfigDict(type='mmvpt.Subset', dataset=inner, shots=2, seed=3))
    assert described[0] == dict(type='mmvpt.Subset', shots=2, seed=3)
    assert described[1]['type'] == 'mmpretrain.CustomDataset'

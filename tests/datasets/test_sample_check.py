"""A sample that a model cannot learn from names its file before the model meets it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample
from PIL import Image

from mmvpt.datasets.fetch import Fetch
from mmvpt.datasets.sample_check import map_fault, sample_fault
from tests.engine.tiny import seg_config, train


@pytest.mark.parametrize(('label', 'fault'), [(0, ''), (2, ''), ([0, 2], ''), (3, 'has label 3'), (-1, 'has label -1')])
def test_a_label_without_a_class_is_told(label: int | list[int], fault: str) -> None:
    sample = dict(data_samples=DataSample().set_gt_label(label))
    assert sample_fault(sample, 3).startswith(fault) and bool(sample_fault(sample, 3)) == bool(fault)
    assert not sample_fault(sample, 0)


@pytest.mark.parametrize('sample', [None, 7, {}, dict(data_samples=None), dict(data_samples=DataSample())])
def test_a_sample_without_a_label_is_let_through(sample: object) -> None:
    assert not sample_fault(sample, 3)


class Birds:
    """One sample with a label that is no class."""

    metainfo = dict(classes=('a', 'b'))

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> dict:
        return dict(data_samples=DataSample().set_gt_label(200))

    def get_data_info(self, index: int) -> dict:
        return dict(img_path='images/7.jpg')


def test_the_picture_of_a_wrong_label_is_named() -> None:
    with pytest.raises(ValueError, match=r'images/7.jpg \(sample 0\) has label 200, and there are 2 classes, 0 to 1'):
        Fetch(Birds())([0])


MAPS = [
    (torch.zeros(1, 32, 28, dtype=torch.long), 'data', 'of 28 x 32 pixels and a picture of 32 x 32'),
    (torch.zeros(32, 32, 3, dtype=torch.long), 'data', 'of colours'),
    (torch.zeros(1, 32, 32), 'data', 'of numbers with fractions'),
    (torch.zeros(1, 16, 16, dtype=torch.uint8), 'data', 'of 16 x 16'),
    (torch.zeros(1, 16, 16, dtype=torch.uint8), 'sem_seg', ''),
    (torch.zeros(1, 16, 12, dtype=torch.uint8), 'sem_seg', 'of 12 x 16'),
    (torch.zeros(1, 32, 32, dtype=torch.long), 'data', ''),
]


@pytest.mark.parametrize(('labels', 'key', 'fault'), MAPS)
def test_a_map_that_is_none_of_its_picture_is_told(labels: torch.Tensor, key: str, fault: str) -> None:
    told = map_fault(labels, key, [(32, 32), None])
    assert fault in told and bool(told) == bool(fault)


def test_a_map_that_an_evaluation_leaves_as_it_is_fits() -> None:
    assert not map_fault(torch.zeros(1, 40, 50, dtype=torch.long), 'data', [(32, 40), (40, 50)])


def test_volumes_are_not_compared() -> None:
    assert not map_fault(torch.zeros(1, 8, 32, 32, dtype=torch.long), 'data', [(8, 32, 32), (8, 32, 32)])


@pytest.mark.parametrize('split', ['training', 'validation'])
@pytest.mark.parametrize(('shape', 'fault'), [((32, 28), 'of 28 x 32 pixels'), ((32, 32, 3), 'of colours where ids')])
def test_a_run_names_the_map_that_does_not_fit_its_picture(
    tmp_path: Path, split: str, shape: tuple[int, ...], fault: str
) -> None:
    config = seg_config(tmp_path)
    for path in (tmp_path / 'ade/annotations' / split).iterdir():
        Image.fromarray(np.ones(shape, np.uint8)).save(path)
    with pytest.raises(ValueError, match=rf'annotations/{split}/000\d.png \(sample \d\) has a label map {fault}'):
        train(config)

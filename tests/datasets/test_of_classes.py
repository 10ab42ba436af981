"""Some classes of a data set, and heads of more classes than a test has."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.config import ConfigDict

from mmvpt.datasets.imagenet_classes import IMAGENET_PLACES
from mmvpt.datasets.of_classes import OfClasses
from mmvpt.registry import METRICS
from mmvpt.text.refused import Refused
from tests.data_makers import make_image_folder

PIPELINE = [dict(type='LoadImageFromFile'), dict(type='mmpretrain.PackInputs')]


def folder_of(root: Path) -> ConfigDict:
    """Classes are called 0, 1 and 2."""
    make_image_folder(root)
    return ConfigDict(type='mmpretrain.CustomDataset', data_root=str(root), data_prefix='train', pipeline=PIPELINE)


def test_classes_are_numbered_as_they_are_named(tmp_path: Path) -> None:
    whole = folder_of(tmp_path)
    names = OfClasses(whole, [0, 1, 2]).metainfo['classes']
    chosen = OfClasses(whole, [names[2], names[0]])
    assert chosen.metainfo['classes'] == (names[2], names[0])
    infos = [chosen.get_data_info(place) for place in range(len(chosen))]
    assert {Path(info['img_path']).parent.name: info['gt_label'] for info in infos} == {names[2]: 0, names[0]: 1}
    assert [int(chosen[place]['data_samples'].gt_label) for place in range(len(chosen))] == [
        info['gt_label'] for info in infos
    ]
    assert chosen.get_cat_ids(0) == [infos[0]['gt_label']]


@pytest.mark.parametrize(
    ('classes', 'message'),
    [
        (['wren'], "has no class 'wren'; it has 3 classes. Possible: "),
        ([3], 'has no class 3'),
        ([1, 1], 'named once each'),
        ([], 'one at least'),
        ('imagenet_b', "no list of classes 'imagenet_b'. Did you mean imagenet_"),
        ('imagenet_a', 'some of the 1,000 classes of ImageNet, and here are 3'),
    ],
)
def test_classes_that_are_not_there_are_refused(classes, message: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=message):
        OfClasses(folder_of(tmp_path), classes)


@pytest.mark.parametrize('name', ['imagenet_a', 'imagenet_r'])
def test_the_200_classes_are_those_of_the_published_folders(name: str) -> None:
    """As timm counts them, from the folders of both archives."""
    info = Path(pytest.importorskip('timm').__file__).parent / 'data' / '_info'
    every = (info / 'imagenet_synsets.txt').read_text().split()
    published = (info / f'{name}_synsets.txt').read_text().split()
    assert [every[place] for place in IMAGENET_PLACES[name]] == published
    assert len(set(IMAGENET_PLACES[name])) == 200


def test_a_head_of_1000_classes_is_tested_on_200_of_them() -> None:
    metric = METRICS.build(dict(type='mmvpt.AccuracyAmong', classes='imagenet_r', topk=(1,)))
    scores = torch.zeros(2, 1000)
    scores[:, 0] = 9.0  # of a class that ImageNet-R does not have
    scores[0, IMAGENET_PLACES['imagenet_r'][5]] = 1.0
    scores[1, IMAGENET_PLACES['imagenet_r'][7]] = 1.0
    samples = [
        dict(gt_label=torch.tensor([5]), pred_score=row, pred_label=row.argmax(-1, keepdim=True)) for row in scores
    ]
    metric.process(None, samples)
    assert metric.evaluate(2) == {'accuracy/top1': 50.0}


def test_a_head_of_another_number_of_classes_is_refused() -> None:
    metric = METRICS.build(dict(type='mmvpt.AccuracyAmong', classes='imagenet_a'))
    with pytest.raises(Refused, match='here are 200'):
        metric.process(None, [dict(gt_label=torch.tensor([0]), pred_score=torch.zeros(200))])
    with pytest.raises(Refused, match='needs the score of each class'):
        metric.process(None, [dict(gt_label=torch.tensor([0]))])

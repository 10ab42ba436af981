from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope

from mmvpt.datasets.shapes import EXPORTERS, make_shapes
from mmvpt.datasets.shapes.render import render_owners

SMALL = ['misty', 'count', 'position', 'orientation']
SIZE = 64


def scenes(name: str, number: int = 48):
    """Scenes as they are drawn for training, with their labels."""
    exporter = EXPORTERS[name]
    for index in range(number):
        scene = exporter.draw(np.random.default_rng([0, index, *f'{name}/train'.encode()]), index, SIZE)
        yield exporter.label(scene), scene


def pieces(mask: np.ndarray) -> np.ndarray:
    """Centres (x, y) of the connected parts of a mask."""
    *_, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return centres[1:]


@pytest.fixture(scope='module')
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp('small')
    make_shapes(root, SMALL, splits=dict(train=24, val=8))
    return root


@pytest.mark.parametrize('name', SMALL)
def test_every_class_comes_as_often_as_the_others(name):
    labels = [label for label, _ in scenes(name)]
    assert labels == [EXPORTERS[name].classes[index % len(EXPORTERS[name].classes)] for index in range(48)]


@pytest.mark.parametrize('name', SMALL)
def test_mmpretrain_reads_the_labels_that_were_drawn(name, shapes):
    from mmpretrain.datasets import CustomDataset

    init_default_scope('mmpretrain')
    pipeline = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
    dataset = CustomDataset(str(shapes / name), data_prefix='train', pipeline=pipeline)
    classes = EXPORTERS[name].classes
    assert tuple(dataset.CLASSES) == classes
    found = {
        Path(dataset.get_data_info(index)['img_path']).stem: classes[sample['data_samples'].gt_label.item()]
        for index, sample in enumerate(dataset)
    }
    assert found == {f'{index:05d}': label for index, (label, _) in enumerate(scenes(name, 24))}
    assert dataset[0]['inputs'].shape == (3, SIZE, SIZE)


def test_the_count_is_the_number_of_shapes_that_can_be_seen():
    for label, scene in scenes('count'):
        visible = pieces(render_owners(scene) >= 0)
        assert len(visible) == int(label)


def test_the_position_is_where_the_shape_can_be_seen():
    for label, scene in scenes('position'):
        ((x, _),) = pieces(render_owners(scene) >= 0)
        left, right = 0.12 * SIZE, 0.88 * SIZE
        eighth = 8 * (x + 0.5 - left) / (right - left)
        assert int(label) - 0.2 < eighth < int(label) + 1.2  # a shape at the border loses a bit of itself


def test_the_orientation_is_that_of_the_longer_side():
    for label, scene in scenes('orientation'):
        y, x = np.nonzero(render_owners(scene) == 0)
        moments = cv2.moments((render_owners(scene) == 0).astype(np.uint8), binaryImage=True)
        angle = 0.5 * np.arctan2(2 * moments['mu11'], moments['mu20'] - moments['mu02'])
        eighth = 8 * (angle % np.pi) / np.pi
        off = (eighth - int(label) - 0.5 + 4) % 8 - 4  # around the circle, from the middle of the class
        assert abs(off) < 0.6
        assert scene.shapes[0].form == 'bar' and len(x) == len(y) > 100


def test_misty_pictures_show_the_form_they_are_filed_under_through_mist():
    for label, scene in scenes('misty'):
        (shape,) = scene.shapes
        assert shape.form == label
        assert scene.mist.density >= 0.3


def test_the_older_formats_are_described_as_ever():
    """So that Shapes which someone has drawn is not drawn again."""
    from mmvpt.datasets.drawing.make import Request

    exporter = EXPORTERS['classification']
    assert Request(exporter, 0, exporter.size, exporter.splits).describe() == dict(
        format='classification',
        seed=0,
        size=64,
        splits=dict(train=6400, val=600),
        edition=1,
        classes=['bar', 'cross', 'disc', 'ring', 'square', 'triangle'],
        style=dict(
            num_shapes=[1, 1],
            radius=[0.3, 0.42],
            margin=0.46,
            tilt=0.3,
            num_strokes=[0, 0],
            mist=[0.0, 0.0],
            grain=0.03,
        ),
    )

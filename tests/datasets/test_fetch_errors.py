"""A sample that cannot be loaded names what is at fault: a file, a setting, or a step of the pipeline."""

from __future__ import annotations

import numpy as np
import pytest
from mmcv.transforms import BaseTransform
from mmengine.registry import init_default_scope
from mmseg.datasets import BaseSegDataset
from PIL import Image

from mmvpt.datasets.fetch import Fetch
from tests.data_makers import make_ade

DAMAGED = 'If the file is damaged, repair it or remove it from the data set.'


@pytest.fixture(autouse=True)
def scope():
    init_default_scope('mmseg')


@pytest.fixture
def root(tmp_path):
    return make_ade(tmp_path / 'ade', num_images=1)


def fetch(root, steps=(), image=None, labels=None, reduce_zero_label=False):
    """Load the one sample, with options for the steps that load the picture and the label map."""
    pipeline = [dict(type='LoadImageFromFile', **image or {}), dict(type='LoadAnnotations', **labels or {}), *steps]
    prefix = dict(img_path='images/training', seg_map_path='annotations/training')
    dataset = BaseSegDataset(
        data_root=str(root), data_prefix=prefix, pipeline=pipeline, reduce_zero_label=reduce_zero_label
    )
    return Fetch(dataset)([0])


def why(root, **options) -> str:
    with pytest.raises(
        ValueError, match='images/training/0000.jpg, .*0000.png .sample 0 of BaseSegDataset. cannot'
    ) as e:
        fetch(root, **options)
    return str(e.value).partition('cannot be loaded: ')[2]


def test_a_sound_sample_loads(root):
    assert fetch(root)[0]['gt_seg_map'].max() == 6


@pytest.mark.parametrize('file', ['images/training/0000.jpg', 'annotations/training/0000.png'])
@pytest.mark.parametrize('backend', ['cv2', 'pillow'])
@pytest.mark.parametrize('content', [b'', b'not an image'])
def test_a_file_that_does_not_decode_is_blamed(root, file, backend, content):
    (root / file).write_bytes(content)
    reason = why(root, image=dict(imdecode_backend=backend), labels=dict(imdecode_backend=backend))
    assert reason.endswith(DAMAGED)
    assert reason.startswith('LoadImageFromFile' if 'images' in file else 'LoadAnnotations')


def test_a_file_cut_short_is_blamed(root):
    path = root / 'annotations/training/0000.png'
    Image.fromarray(np.random.default_rng(0).integers(0, 7, (32, 32), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:-60])
    assert why(root).endswith(DAMAGED)


def test_a_missing_file_is_not_called_damaged(root):
    (root / 'annotations/training/0000.png').unlink()
    reason = why(root)
    assert 'There is no such file: check data_root and data_prefix' in reason and DAMAGED not in reason


@pytest.mark.parametrize('setting', [True, False])
def test_two_settings_that_disagree_are_named_with_their_places(root, setting):
    reason = why(root, reduce_zero_label=setting, labels=dict(reduce_zero_label=not setting))
    assert 'The data set and LoadAnnotations of its pipeline must agree on reduce_zero_label.' in reason
    assert "write the pipeline with dict(type='LoadAnnotations'), which then follows the data set." in reason
    assert 'damaged' not in reason


class Stumble(BaseTransform):
    """A step that asks for what nobody loads."""

    def transform(self, results):
        return results['depth']


@pytest.mark.parametrize(
    'steps, named',
    [
        ([dict(type='RandomCrop', crop_size=(9, 9)), dict(type='Resize', scale='x')], 'Resize fails with '),
        ([Stumble()], "Stumble fails with KeyError: 'depth'"),
    ],
)
def test_any_other_error_is_of_the_step_that_fails(root, steps, named):
    reason = why(root, steps=steps)
    assert reason.startswith(named)
    assert 'check the pipeline of the data set' in reason and 'damaged' not in reason


def test_an_option_that_mmcv_refuses_is_no_fault_of_the_file(root):
    reason = why(root, image=dict(imdecode_backend='gif'))
    assert reason.startswith('LoadImageFromFile fails with ValueError: backend: gif is not supported')
    assert 'damaged' not in reason

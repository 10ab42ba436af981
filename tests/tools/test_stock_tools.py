"""The test tools of mmseg and mmdet evaluate our deltas, with the figures of our own."""

import json
import pickle
import runpy
import sys
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
import torch

from mmvpt.engine import launch
from tests.data_makers import make_coco
from tests.engine.dense import protuned_detector, protuned_segmentor


@pytest.fixture
def evaluate(tmp_path, monkeypatch):
    """Train a config, and evaluate the delta by the host's tool and by ours: the metrics of both."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('LOCAL_RANK', '0')

    def run(config, *options):
        host = config.default_scope
        config.dump('tiny.py')
        runner = launch.train('tiny.py', cfg_options=dict(experiment_name=uuid4().hex), validate=False)
        delta = str(Path(runner.work_dir, 'last_checkpoint').read_text()).replace('.pth', '.safetensors')
        tool = Path(find_spec(host).origin).with_name('.mim') / 'tools' / 'test.py'
        unique = ['--cfg-options', f'experiment_name={uuid4().hex}']
        monkeypatch.setattr(sys, 'argv', ['test.py', 'tiny.py', delta, '--work-dir', 'theirs', *options, *unique])
        runpy.run_path(str(tool))['main']()
        (theirs,) = Path('theirs').glob('*/*.json')
        out = 'ours.pkl' if options else None
        ours = launch.test('tiny.py', delta, out=out, cfg_options=dict(experiment_name=uuid4().hex))
        return json.loads(theirs.read_text()), ours

    return run


def assert_same(theirs, ours, metrics):
    assert [theirs[metric] for metric in metrics] == [ours[metric] for metric in metrics]


def test_mmseg_finds_what_we_find_for_a_pro_tuned_segmentor(evaluate, tmp_path):
    theirs, ours = evaluate(protuned_segmentor(tmp_path))
    assert ours['mIoU'] > 0
    assert_same(theirs, ours, ['mIoU', 'mAcc', 'aAcc'])


def test_mmdet_finds_what_we_find_for_a_pro_tuned_detector(evaluate, tmp_path):
    pytest.importorskip('mmdet')
    make_coco(tmp_path, num_images=4, num_classes=3)
    name = 'mask_rcnn/mask-rcnn_r50_fpn_1x_coco.py'
    theirs, ours = evaluate(
        protuned_detector(tmp_path, name, **{'model.test_cfg.rcnn.score_thr': 0.0}), '--out', 'theirs.pkl'
    )
    assert_same(theirs, ours, [f'coco/{kind}_mAP' for kind in ('bbox', 'segm')])
    # on noise these are next to nothing, so look at the predictions too
    found = [
        [image['pred_instances'] for image in pickle.loads(Path(f'{who}.pkl').read_bytes())]
        for who in ('theirs', 'ours')
    ]
    assert all(len(instances['scores']) > 0 for instances in found[1])
    for one, other in zip(*found, strict=True):
        assert all(torch.equal(one[key], other[key]) for key in ('bboxes', 'scores', 'labels'))
        assert one['masks'] == other['masks']

"""The same two tools on a stock detector, with the data set in COCO's format."""

import json
import pickle
import runpy
import sys
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
import pytest

from mmvpt.compat import missing_ops

pytest.importorskip('mmdet')
pytestmark = pytest.mark.skipif(missing_ops() is not None, reason='detection needs the compiled ops of mmcv')
TOOLS = Path(__file__).resolve().parents[2] / 'tools'

CONFIG = """
_base_ = 'mmdet::retinanet/retinanet_r18_fpn_1x_coco.py'
data = dict(data_root='coco/', ann_file='annotations.json', data_prefix=dict(img=''), metainfo=dict(classes=('box',)))
model = dict(backbone=dict(init_cfg=None), bbox_head=dict(num_classes=1), test_cfg=dict(score_thr=0.0))
train_dataloader = dict(batch_size=1, num_workers=0, persistent_workers=False, dataset=data)
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=data)
test_dataloader = val_dataloader
val_evaluator = dict(ann_file='coco/annotations.json')
test_evaluator = val_evaluator
train_cfg = dict(max_epochs=1)
for pipeline in (_base_.train_pipeline, _base_.test_pipeline):
    for step in pipeline:
        if step['type'] == 'Resize':
            step['scale'] = (64, 64)
train_dataloader['dataset'] = dict(data, pipeline=_base_.train_pipeline)
val_dataloader['dataset'] = dict(data, pipeline=_base_.test_pipeline)
del pipeline, step
"""


def _make_coco(folder):
    folder.mkdir()
    rng = np.random.default_rng(0)
    images = [dict(id=index, file_name=f'{index}.jpg', width=64, height=64) for index in (1, 2)]
    for image in images:
        assert cv2.imwrite(str(folder / image['file_name']), rng.integers(0, 256, (64, 64, 3), np.uint8))
    boxes = [
        dict(id=image['id'], image_id=image['id'], category_id=1, bbox=[8, 8, 40, 40], area=1600, iscrowd=0)
        for image in images
    ]
    annotations = dict(images=images, annotations=boxes, categories=[dict(id=1, name='box')])
    (folder / 'annotations.json').write_text(json.dumps(annotations))


def test_a_detector_is_trained_evaluated_augmented_and_drawn(tmp_path, monkeypatch):
    _make_coco(tmp_path / 'coco')
    (tmp_path / 'tiny.py').write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('LOCAL_RANK', '0')

    def run(name, *arguments):
        unique = f'experiment_name={uuid4().hex}'
        monkeypatch.setattr(sys, 'argv', [name, 'tiny.py', *arguments, '--cfg-options', unique])
        return runpy.run_path(str(TOOLS / name))['main']()

    run('train.py', '--no-validate')
    checkpoint = 'work_dirs/tiny/epoch_1.pth'
    metrics = run('test.py', checkpoint, '--out', 'predictions.pkl', '--show-dir', 'drawn')
    assert 'coco/bbox_mAP' in metrics
    assert len(pickle.loads(Path('predictions.pkl').read_bytes())) == 2
    assert len(list(Path('drawn').glob('*.jpg'))) == 2
    assert 'coco/bbox_mAP' in run('test.py', checkpoint, '--tta')

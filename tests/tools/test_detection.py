"""The same two tools on a stock detector, with the data set in COCO's format."""

import pickle
import runpy
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from tests.data_makers import make_coco

pytest.importorskip('mmdet')
TOOLS = Path(__file__).resolve().parents[2] / 'tools'

CONFIG = """
_base_ = 'mmdet::retinanet/retinanet_r18_fpn_1x_coco.py'
ann_file = 'annotations/instances_train2017.json'
data = dict(data_root='coco/', ann_file=ann_file, metainfo=dict(classes=('person',)))
model = dict(backbone=dict(init_cfg=None), bbox_head=dict(num_classes=1), test_cfg=dict(score_thr=0.0))
train_dataloader = dict(batch_size=1, num_workers=0, persistent_workers=False)
val_dataloader = dict(num_workers=0, persistent_workers=False)
test_dataloader = val_dataloader
val_evaluator = dict(ann_file='coco/' + ann_file)
test_evaluator = val_evaluator
train_cfg = dict(max_epochs=1)
for pipeline in (_base_.train_pipeline, _base_.test_pipeline):
    for step in pipeline:
        if step['type'] == 'Resize':
            step['scale'] = (64, 64)
train_dataloader['dataset'] = dict(data, pipeline=_base_.train_pipeline)
val_dataloader['dataset'] = dict(data, data_prefix=dict(img='train2017/'), pipeline=_base_.test_pipeline)
del pipeline, step
"""


def test_a_detector_is_trained_evaluated_augmented_and_drawn(tmp_path, monkeypatch):
    make_coco(tmp_path / 'coco', num_images=2, num_classes=1)
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

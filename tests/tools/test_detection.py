"""A tuned detector: trained here, and measured by mmdet's own tool to the same predictions."""

from __future__ import annotations

import json
import pickle
import runpy
import sys
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
import pytest
from mmengine.config import Config

from mmvpt.engine import launch
from tests.engine.tiny import HOOKS, PREPROCESS, PROMPTS, VIT, write_base

mmdet = pytest.importorskip('mmdet')
STOCK = Path(mmdet.__file__).parent / '.mim' / 'tools' / 'test.py'


def make_coco(root: Path, num_images: int = 4, size: int = 64) -> Path:
    """Images of noise with one bright square each, and their boxes in COCO's format."""
    rng = np.random.default_rng(0)
    images, boxes = [], []
    for index in range(num_images):
        x, y = rng.integers(0, size // 2, 2).tolist()
        image = rng.integers(0, 100, (size, size, 3), np.uint8)
        image[y : y + size // 2, x : x + size // 2] = 250
        root.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / f'{index}.jpg'), image)
        images.append(dict(id=index, file_name=f'{index}.jpg', width=size, height=size))
        box = [x, y, size // 2, size // 2]
        boxes.append(dict(id=index, image_id=index, category_id=1, bbox=box, area=box[2] * box[3], iscrowd=0))
    content = dict(images=images, annotations=boxes, categories=[dict(id=1, name='square')])
    (root / 'instances.json').write_text(json.dumps(content))
    return root


def detector(folder: Path) -> Config:
    """RetinaNet with one level on a frozen ViT, for two iterations."""
    data = make_coco(folder / 'coco')
    load = [dict(type='LoadImageFromFile'), dict(type='LoadAnnotations', with_bbox=True)]
    pack = dict(type='PackDetInputs', meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor'))
    resize = dict(type='Resize', scale=(64, 64))
    loader = dict(
        batch_size=2,
        num_workers=0,
        dataset=dict(
            type='CocoDataset',
            data_root=str(data),
            ann_file='instances.json',
            data_prefix=dict(img=''),
            metainfo=dict(classes=('square',)),
            pipeline=[*load, resize, pack],
        ),
    )
    test_loader = dict(loader, sampler=dict(type='DefaultSampler', shuffle=False))
    test_loader['dataset'] = dict(loader['dataset'], test_mode=True)
    evaluator = dict(type='CocoMetric', ann_file=str(data / 'instances.json'), metric='bbox')
    base = dict(type='Pretrained', checkpoint=write_base(folder / 'base.pth'))
    anchors = dict(type='AnchorGenerator', octave_base_scale=4, scales_per_octave=1, ratios=[1.0], strides=[8])
    return Config(
        dict(
            default_scope='mmdet',
            model=dict(
                type='RetinaNet',
                data_preprocessor=dict(type='DetDataPreprocessor', **PREPROCESS, bgr_to_rgb=True),
                backbone=dict(
                    type='mmvpt.TunedBackbone',
                    backbone=dict(VIT, out_type='featmap', init_cfg=base),
                    tuner=PROMPTS,
                ),
                neck=dict(type='ChannelMapper', in_channels=[32], out_channels=16, num_outs=1),
                bbox_head=dict(
                    type='RetinaHead',
                    num_classes=1,
                    in_channels=16,
                    feat_channels=16,
                    stacked_convs=1,
                    anchor_generator=anchors,
                ),
                train_cfg=dict(
                    assigner=dict(type='MaxIoUAssigner', pos_iou_thr=0.5, neg_iou_thr=0.4, min_pos_iou=0.0),
                    allowed_border=-1,
                    pos_weight=-1,
                    debug=False,
                ),
                test_cfg=dict(
                    nms_pre=50, min_bbox_size=0, score_thr=0.0, nms=dict(type='nms', iou_threshold=0.5), max_per_img=5
                ),
            ),
            train_dataloader=dict(loader, sampler=dict(type='InfiniteSampler', shuffle=True)),
            val_dataloader=test_loader,
            test_dataloader=test_loader,
            val_evaluator=evaluator,
            test_evaluator=evaluator,
            train_cfg=dict(by_epoch=False, max_iters=2, val_interval=2),
            val_cfg=dict(),
            test_cfg=dict(),
            optim_wrapper=dict(
                constructor='mmvpt.TrainableParamsConstructor', optimizer=dict(type='SGD', lr=0.01, momentum=0.9)
            ),
            default_hooks=dict(
                timer=dict(type='IterTimerHook'), checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=2)
            ),
            custom_hooks=HOOKS,
            randomness=dict(seed=0),
            work_dir=str(folder / 'work'),
            experiment_name=uuid4().hex,
        )
    )


def test_mmdets_own_tool_predicts_from_a_delta_what_ours_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, delta = tmp_path / 'detector.py', tmp_path / 'work' / 'iter_2.safetensors'
    detector(tmp_path).dump(config)
    at_end = launch.train(str(config)).message_hub.get_scalar('val/coco/bbox_mAP').current()
    metrics = launch.test(
        str(config), str(delta), out=str(tmp_path / 'ours.pkl'), cfg_options=dict(experiment_name=uuid4().hex)
    )
    assert metrics['coco/bbox_mAP'] == at_end

    monkeypatch.setenv('LOCAL_RANK', '0')
    options = ['--out', tmp_path / 'theirs.pkl', '--cfg-options', f'experiment_name={uuid4().hex}']
    monkeypatch.setattr(sys, 'argv', ['test.py', *map(str, [config, delta, *options])])
    runpy.run_path(str(STOCK), run_name='__main__')
    ours, theirs = (pickle.loads((tmp_path / name).read_bytes()) for name in ('ours.pkl', 'theirs.pkl'))
    assert len(ours) == len(theirs) == 4
    for one, other in zip(ours, theirs, strict=True):
        assert len(one['pred_instances']['scores']) > 0
        for key in ('scores', 'bboxes', 'labels'):
            assert one['pred_instances'][key].equal(other['pred_instances'][key])

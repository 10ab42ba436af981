"""Mask R-CNN on the detection set of Mini-VTAB.

Set ``model.backbone.tuner`` in the config that inherits this.

The base was pretrained at 64 pixels and is used at 128: its position embeddings are interpolated. The neck turns the
outputs of three of its layers, all of stride 8, into a pyramid of strides 8 to 32.
"""

_base_ = ['small_mask_rcnn.py', '../backbones/vit-tiny_forms.py', '../datasets/mini_vtab_detection.py']
num_classes = len(_base_.classes)
model = dict(
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=dict(_base_.backbone, img_size=128, out_indices=(1, 3, 5), out_type='featmap', final_norm=False),
        init_cfg=_base_.pretrained,
    ),
    neck=dict(
        _delete_=True,
        type='mmseg.MultiLevelNeck',
        in_channels=[_base_.feature_dim] * 3,
        out_channels=_base_.channels,
        scales=[1, 0.5, 0.25],
        norm_cfg=dict(type='BN'),
    ),
    roi_head=dict(bbox_head=dict(num_classes=num_classes), mask_head=dict(num_classes=num_classes)),
)
train_dataloader = dict(batch_size=8, num_workers=1, dataset=_base_.train_dataset)
val_dataloader = dict(batch_size=8, num_workers=1, dataset=_base_.val_dataset)
test_dataloader = val_dataloader
val_evaluator = dict(ann_file=_base_.detection_root + 'annotations/instances_val2017.json')
test_evaluator = val_evaluator
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type='PolyLR', eta_min=0.0, power=0.9, by_epoch=True, begin=0, end=4, convert_to_iter_based=True),
]
train_cfg = dict(max_epochs=4, val_interval=4)

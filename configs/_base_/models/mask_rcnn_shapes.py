"""Mask R-CNN on Shapes.

Set ``model.backbone.tuner`` in the config that inherits this.
"""

_base_ = ['small_mask_rcnn.py', '../backbones/resnet_shapes.py', '../datasets/shapes_detection.py']
num_classes = len(_base_.classes)
model = dict(
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=_base_.backbone,
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/resnet_scratch_shapes/epoch_2.pth', prefix='backbone.'),
    ),
    neck=dict(in_channels=_base_.feature_dims, out_channels=_base_.channels, start_level=1, num_outs=3),
    roi_head=dict(bbox_head=dict(num_classes=num_classes), mask_head=dict(num_classes=num_classes)),
)
train_dataloader = dict(batch_size=8, num_workers=1, dataset=_base_.train_dataset)
val_dataloader = dict(batch_size=8, num_workers=1, dataset=_base_.val_dataset)
test_dataloader = val_dataloader
val_evaluator = dict(ann_file=_base_.detection_root + 'annotations/instances_val2017.json')
test_evaluator = val_evaluator
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type='PolyLR', eta_min=0.0, power=0.9, by_epoch=True, begin=0, end=2, convert_to_iter_based=True),
]
train_cfg = dict(max_epochs=2, val_interval=2)

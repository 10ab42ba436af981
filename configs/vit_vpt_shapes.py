"""VPT-deep of a narrow ViT on a small task of Shapes: the orientation of a bar."""

_base_ = ['_base_/models/vit_narrow_shapes.py', '_base_/tuners/vpt.py']
model = dict(
    backbone=dict(
        init_cfg=dict(checkpoint='work_dirs/vit_narrow_scratch_shapes/epoch_8.pth'),
        tuner=_base_.tuner,
    ),
    head=dict(num_classes=8),
)
data_preprocessor = dict(num_classes=8)
train_dataloader = dict(dataset=dict(data_root='data/shapes/orientation'))
val_dataloader = dict(dataset=dict(data_root='data/shapes/orientation'))
test_dataloader = dict(dataset=dict(data_root='data/shapes/orientation'))
optim_wrapper = dict(optimizer=dict(lr=0.03))

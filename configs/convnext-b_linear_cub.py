"""A linear probe of ConvNeXt-B (ImageNet-21k) on CUB-200-2011; batch size of the VPT paper's Table 9."""

_base_ = [
    '_base_/models/convnext-b_cub.py',
    '_base_/tuners/linear.py',
    '_base_/optimizers/vpt_sgd.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=1024)

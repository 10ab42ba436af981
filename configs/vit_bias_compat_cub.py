"""vit_bias_cub.py as the public code of VPT runs it: its optimizer, its epochs, its cut of the images."""

_base_ = [
    '_base_/models/vit-b16_cub.py',
    '_base_/tuners/bias.py',
    '_base_/optimizers/vpt_adamw_compat.py',
    '_base_/schedules/vpt_100e_compat.py',
    '_base_/datasets/crop_compat.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=128, dataset=dict(pipeline=_base_.crop_compat))
val_dataloader = dict(dataset=dict(pipeline=_base_.crop_compat_test))
test_dataloader = val_dataloader

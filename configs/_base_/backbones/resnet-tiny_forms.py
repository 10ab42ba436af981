"""The base resnet-tiny-forms: python -m mmvpt pretrain resnet-tiny-forms."""

_base_ = 'resnet-tiny.py'
backbone = dict(out_indices=(3,))
feature_dim = 192
pretrained = dict(type='Pretrained', checkpoint='work_dirs/bases/resnet-tiny-forms.safetensors')
mean = [123.675, 116.28, 103.53]
std = [58.395, 57.12, 57.375]
neck = dict(type='GlobalAveragePooling')

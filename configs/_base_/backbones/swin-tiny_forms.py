"""The base swin-tiny-forms: python -m mmvpt pretrain swin-tiny-forms."""

_base_ = 'swin-tiny.py'
pretrained = dict(type='Pretrained', checkpoint='work_dirs/bases/swin-tiny-forms.safetensors')
mean = [123.675, 116.28, 103.53]
std = [58.395, 57.12, 57.375]
neck = dict(type='GlobalAveragePooling')

"""The base vit-tiny-forms, which comes with mmvpt (mmvpt/bases/vit-tiny-forms.md)."""

_base_ = 'vit-tiny.py'
pretrained = dict(type='Pretrained', checkpoint='mmvpt://vit-tiny-forms')
mean = [123.675, 116.28, 103.53]
std = [58.395, 57.12, 57.375]

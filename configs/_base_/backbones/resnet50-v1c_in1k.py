"""ResNet-50 with a deep stem of ImageNet-1k: open-mmlab's resnet50_v1c, the base of mmseg's configs."""

pretrained = dict(type='Pretrained', checkpoint='pretrain/resnet50-v1c_in1k.safetensors', prefix='backbone.')

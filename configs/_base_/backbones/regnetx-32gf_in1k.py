"""RegNetX-32GF of ImageNet-1k, with the widths and depths of its paper (https://arxiv.org/abs/2003.13678)."""

_base_ = 'resnet50_in1k.py'
feature_dim = 2520
backbone = dict(
    _delete_=True,
    type='mmpretrain.RegNet',
    arch=dict(w0=320, wa=69.86, wm=2.0, group_w=168, depth=23, bot_mul=1.0),
)
pretrained = dict(checkpoint='pretrain/regnetx-32gf_in1k.safetensors')

"""E2VPT of a narrow ViT on a small task of Shapes, before it is pruned: tools/e2vpt.py prunes it."""

_base_ = ['vit_vpt_shapes.py']
tuner = [_base_.tuner, dict(type='mmvpt.KeyValuePrompts', num_tokens=5)]
model = dict(backbone=dict(tuner=tuner))

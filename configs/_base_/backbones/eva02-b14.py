"""EVA-02, ViT-B/14, built by timm, from timm's own file; the head sees the average of the patches."""

feature_dim = 768
backbone = dict(
    type='mmvpt.TimmViT',
    model='eva02_base_patch14_224.mim_in22k',
    out_type='pooled',
)
pretrained = dict(type='Pretrained', checkpoint='pretrain/eva02-b14.safetensors')
mean, std = [122.771, 116.746, 104.094], [68.501, 66.632, 70.323]

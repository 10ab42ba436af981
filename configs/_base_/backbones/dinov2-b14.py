"""DINOv2 with registers, ViT-B/14, built by timm, from timm's own file; the head sees the class token."""

feature_dim = 768
backbone = dict(
    type='mmvpt.TimmViT',
    model='vit_base_patch14_reg4_dinov2.lvd142m',
    img_size=224,
    out_type='cls_token',
)
pretrained = dict(type='Pretrained', checkpoint='pretrain/dinov2-reg4-b14.safetensors')

"""UPerNet with SigLIP (ViT-B/16 for images of 512) on ADE20K.

Set ``model.backbone.tuner`` in the config that inherits this.
"""

_base_ = 'upernet_vit-b_ade20k.py'
model = dict(
    data_preprocessor=dict(mean=[127.5, 127.5, 127.5], std=[127.5, 127.5, 127.5]),
    backbone=dict(
        backbone=dict(
            _delete_=True,
            type='mmvpt.TimmViT',
            model='vit_base_patch16_siglip_512.webli',
            out_indices=(2, 5, 8, 11),
        ),
        init_cfg=dict(_delete_=True, type='Pretrained', checkpoint='pretrain/siglip-b16-512.safetensors'),
    ),
)

"""ViT-B/16 of MAE, pooled as MAE does to fine-tune: the norm of the average takes the place of the last norm.

The pretrained file has no such norm, so it starts as made; it trains with the output norms, and is frozen otherwise.
"""

_base_ = 'vit-b16_in21k.py'
backbone = dict(
    out_type='avg_featmap',
    final_norm=False,
    drop_path_rate=0.1,  # MAE's own, where the layers train
    init_cfg=dict(checkpoint='pretrain/vit-b16_mae.safetensors'),
)

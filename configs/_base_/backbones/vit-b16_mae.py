"""ViT-B/16 of MAE, pooled as in MAE fine-tuning: a norm after the average replaces the last norm.

The pretrained file has no such norm, so it keeps its initial values. It trains when a tuner trains the output norms,
and is frozen otherwise.
"""

_base_ = 'vit-b16_in21k.py'
backbone = dict(
    out_type='avg_featmap',
    final_norm=False,
    drop_path_rate=0.1,  # MAE's value; it acts on layers that train
)
pretrained = dict(checkpoint='pretrain/vit-b16_mae.safetensors')

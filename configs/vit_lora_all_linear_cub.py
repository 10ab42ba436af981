"""LoRA of all linear layers and head of ViT-B/16 (ImageNet-21k) on CUB-200-2011; batch size of adapters in VPT."""

_base_ = [
    '_base_/models/vit-b16_cub.py',
    '_base_/tuners/lora_all_linear.py',
    '_base_/optimizers/vpt_adamw.py',
    '_base_/schedules/vpt_100e.py',
]
model = dict(backbone=dict(tuner=_base_.tuner))
train_dataloader = dict(batch_size=128)

"""CUB-200-2011 at 224, augmented as in the VPT paper's appendix A (its public code resizes to 256 and crops).

As in the paper (Table 8), there are 5,394 training images, 600 images held out of the training split to select options
on, and 5,794 test images. For the final training on all 5,994 set ``train_dataloader.dataset.split=trainval`` and do
not validate.

Images are resized with bicubic interpolation, as in mmpretrain's own CUB configs. The paper names no interpolation; its
public code uses torchvision's default, bilinear (crop_compat.py). Images are normalised with the mean and standard
deviation of ImageNet for every backbone, as in the paper.
"""

num_classes = 200
data_preprocessor = dict(
    num_classes=num_classes,
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='RandomResizedCrop', scale=224, backend='pillow', interpolation='bicubic'),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='ResizeEdge', scale=256, edge='short', backend='pillow', interpolation='bicubic'),
    dict(type='CenterCrop', crop_size=224),
    dict(type='PackInputs'),
]
train_dataloader = dict(
    batch_size=128,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(type='mmvpt.CUB', data_root='data/CUB_200_2011', split='train', pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=128,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='mmvpt.CUB', data_root='data/CUB_200_2011', split='val', pipeline=test_pipeline),
)
test_dataloader = dict(
    batch_size=128,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='mmvpt.CUB', data_root='data/CUB_200_2011', split='test', pipeline=test_pipeline),
)
val_evaluator = dict(type='Accuracy', topk=(1,))
test_evaluator = val_evaluator

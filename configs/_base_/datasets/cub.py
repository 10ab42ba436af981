"""CUB-200-2011 at 224, augmented as in the VPT paper's appendix A (its public code resizes to 256 and crops).

As in the paper (Table 8), 5,394 pictures train, 600 of the training pictures are held out to select on, and 5,794 test.
What is selected is trained for good on all 5,994 by ``train_dataloader.dataset.split=trainval``, without validation.

Pictures are resized bicubic, as mmpretrain's own configs of CUB do; the paper names no interpolation, and its public
code takes torchvision's default, bilinear (crop_compat.py). They are normalised with the mean and deviation of ImageNet
for every backbone, as in the paper.
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

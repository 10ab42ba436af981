"""A task of Mini-VTAB (python -m mmvpt make_mini_vtab): things, unless a config names the folder of another.

Images are not flipped, because a flip changes places and directions.
"""

num_classes = 10
data_preprocessor = dict(num_classes=num_classes, to_rgb=True)
pipeline = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
train_dataloader = dict(
    batch_size=32,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(type='CustomDataset', data_root='data/mini_vtab/things', data_prefix='train', pipeline=pipeline),
)
val_dataloader = dict(
    batch_size=100,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='CustomDataset', data_root='data/mini_vtab/things', data_prefix='test', pipeline=pipeline),
)
val_evaluator = dict(type='Accuracy', topk=(1,))
test_dataloader = val_dataloader
test_evaluator = val_evaluator

"""Caltech-101 at 224, augmented as CUB in cub.py; ``mmvpt prepare caltech101`` makes its folder."""

_base_ = 'cub.py'
num_classes = 102
data_preprocessor = dict(num_classes=num_classes)
train_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/caltech101'))
val_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/caltech101'))
test_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/caltech101'))

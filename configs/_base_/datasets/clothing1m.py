"""Clothing1M at 224, augmented as CUB in cub.py; ``mmvpt prepare clothing1m`` makes its folder."""

_base_ = 'cub.py'
num_classes = 14
data_preprocessor = dict(num_classes=num_classes)
train_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/clothing1m'))
val_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/clothing1m'))
test_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/clothing1m'))

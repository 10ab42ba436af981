"""Oxford Flowers 102 at 224, augmented as CUB in cub.py; ``mmvpt prepare oxford_flowers`` makes its folder."""

_base_ = 'cub.py'
num_classes = 102
data_preprocessor = dict(num_classes=num_classes)
train_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/oxford_flowers'))
val_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/oxford_flowers'))
test_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/oxford_flowers'))

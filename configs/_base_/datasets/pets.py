"""Oxford-IIIT Pets at 224, augmented as CUB in cub.py; ``mmvpt prepare oxford_pets`` makes its folder."""

_base_ = 'cub.py'
num_classes = 37
data_preprocessor = dict(num_classes=num_classes)
train_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/oxford_pets'))
val_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/oxford_pets'))
test_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/oxford_pets'))

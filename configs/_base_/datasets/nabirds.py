"""NABirds at 224, augmented as CUB in cub.py; ``mmvpt prepare nabirds`` makes its folder."""

_base_ = 'cub.py'
num_classes = 555
data_preprocessor = dict(num_classes=num_classes)
train_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/nabirds'))
val_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/nabirds'))
test_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/nabirds'))

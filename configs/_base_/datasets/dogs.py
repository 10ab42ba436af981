"""Stanford Dogs at 224, augmented as CUB in cub.py; ``mmvpt prepare stanford_dogs`` makes its folder."""

_base_ = 'cub.py'
num_classes = 120
data_preprocessor = dict(num_classes=num_classes)
train_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/stanford_dogs'))
val_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/stanford_dogs'))
test_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/stanford_dogs'))

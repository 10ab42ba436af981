"""Stanford Cars at 224, augmented as CUB in cub.py; ``mmvpt prepare stanford_cars`` makes its folder."""

_base_ = 'cub.py'
num_classes = 196
data_preprocessor = dict(num_classes=num_classes)
train_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/stanford_cars'))
val_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/stanford_cars'))
test_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/stanford_cars'))

"""ImageNet-R at 224, as ImageNet-A in imagenet_a.py; ``mmvpt prepare imagenet_r`` makes its folder."""

_base_ = 'imagenet_a.py'
train_dataloader = dict(dataset=dict(classes='imagenet_r'))
val_dataloader = dict(dataset=dict(data_root='data/imagenet_r'))
test_dataloader = dict(dataset=dict(data_root='data/imagenet_r'))

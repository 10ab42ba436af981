"""ImageNet-A at 224: trained on ImageNet's images of its 200 classes, tested on its own; augmented as CUB in cub.py.

The Pro-tuning paper (Table 4) counts heads of 200 classes, and does not say what they are trained on. ``mmvpt prepare
imagenet_a`` makes the folder of the test images. Nothing is selected on them: hold out a part of the training data.
"""

_base_ = 'cub.py'
num_classes = 200
data_preprocessor = dict(num_classes=num_classes)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='mmvpt.OfClasses',
        classes='imagenet_a',
        dataset=dict(type='ImageNet', data_root='data/imagenet', split='train', pipeline=_base_.train_pipeline),
    )
)
val_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/imagenet_a', split='test'))
test_dataloader = dict(dataset=dict(type='mmvpt.ImageLists', data_root='data/imagenet_a'))

"""Long-tailed CIFAR-10: the first class has 100 times as many training images as the last.

For the other imbalance of the Pro-tuning paper set ``train_dataloader.dataset.imbalance=50``. Test images are all of
CIFAR-10.
"""

_base_ = 'cifar10.py'
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='mmvpt.Subset',
        imbalance=100,
        dataset=dict(type='CIFAR10', data_root='data/cifar10', split='train', pipeline=_base_.train_pipeline),
    )
)

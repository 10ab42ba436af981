"""Long-tailed CIFAR-100: the first class has 100 times as many training images as the last.

For the other imbalance of the Pro-tuning paper set ``train_dataloader.dataset.imbalance=50``. Test images are all of
CIFAR-100.
"""

_base_ = 'cifar100.py'
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='mmvpt.Subset',
        imbalance=100,
        dataset=dict(type='CIFAR100', data_root='data/cifar100', split='train', pipeline=_base_.train_pipeline),
    )
)

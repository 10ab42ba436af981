"""CIFAR-10, enlarged and augmented as CIFAR-100 in cifar100.py."""

_base_ = 'cifar100.py'
num_classes = 10
data_preprocessor = dict(num_classes=num_classes)
train_dataloader = dict(dataset=dict(type='CIFAR10', data_root='data/cifar10'))
val_dataloader = dict(dataset=dict(type='CIFAR10', data_root='data/cifar10'))
test_dataloader = val_dataloader

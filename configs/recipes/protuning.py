"""Pro-tuning of DeiT-B on the other data sets of its paper (Table 2, 4); CIFAR-100 has a table of its own."""

from functools import partial

from mmvpt.config import Recipe

deit = partial(Recipe, 'classifier', backbone='deit-b_in1k', optimizer='vpt_adamw', schedule='vpt_100e')
SETS = (
    'cifar10',
    'cifar10_lt',
    'cifar100_lt',
    'pets',
    'flowers',
    'dogs',
    'caltech101',
    'clothing1m',
    'imagenet_a',
    'imagenet_r',
)

ROWS = {f'deit-b_protuning_{data}': deit(data=data, tuner='protuning_transformer') for data in SETS}

"""The data sets of FGVC besides CUB with ViT-B/16 of ImageNet-21k, trained as in the VPT paper.

The lengths of prompts are those that the paper selects (Table 14); batch sizes are those of its Table 9.
"""

from functools import partial

from mmvpt.config import Recipe

fgvc = partial(Recipe, 'classifier_vpt', backbone='vit-b16_in21k', schedule='vpt_100e')
full = partial(fgvc, tuner='full', optimizer='vpt_adamw', batch_size=128)
linear = partial(fgvc, tuner='linear', optimizer='vpt_sgd', batch_size=2048)
e2vpt = partial(fgvc, tuner='e2vpt', optimizer='vpt_sgd', batch_size=128, note='batch size of the E2VPT paper')


def vpt(data: str, num_tokens: int) -> Recipe:
    """VPT-deep with so many prompts."""
    length = {'model.backbone.tuner.num_tokens': num_tokens}
    batch_size = 64 if num_tokens >= 100 else 128
    return fgvc(data=data, tuner='vpt', optimizer='vpt_sgd', batch_size=batch_size, overrides=length)


ROWS = {
    **{f'vit_full_{data}': full(data=data) for data in ('nabirds', 'flowers', 'dogs', 'cars')},
    **{f'vit_linear_{data}': linear(data=data) for data in ('nabirds', 'flowers', 'dogs', 'cars')},
    **{f'vit_e2vpt_{data}': e2vpt(data=data) for data in ('nabirds', 'flowers', 'dogs', 'cars')},
    'vit_vpt_nabirds': vpt('nabirds', 50),
    'vit_vpt_flowers': vpt('flowers', 5),
    'vit_vpt_dogs': vpt('dogs', 100),
    'vit_vpt_cars': vpt('cars', 200),
}

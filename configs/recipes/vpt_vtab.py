"""VTAB-1k with ViT-B/16 of ImageNet-21k, trained as in the VPT paper; ``mmvpt sweep vtab`` runs all tasks.

Batch sizes are those of its Table 9, or all 800 training images where that is less.
"""

from functools import partial

from mmvpt.config import Recipe

vtab = partial(Recipe, 'classifier_vpt', backbone='vit-b16_in21k', data='vtab', schedule='vpt_100e')
sgd, adamw = partial(vtab, optimizer='vpt_sgd'), partial(vtab, optimizer='vpt_adamw')

ROWS = {
    'vit_full_vtab': adamw(tuner='full', batch_size=128),
    'vit_linear_vtab': sgd(tuner='linear', batch_size=800),
    'vit_partial1_vtab': adamw(tuner='partial1_vpt', batch_size=800),
    'vit_mlp3_vtab': sgd(tuner='linear', head='mlp3', batch_size=800),
    'vit_sidetune_vtab': sgd(tuner='sidetune', batch_size=128, note='batch size of biases'),
    'vit_bias_vtab': adamw(tuner='bias', batch_size=128),
    'vit_adapter_vtab': adamw(tuner='adapter', batch_size=128),
    'vit_vpt_shallow_vtab': sgd(tuner='vpt_shallow', batch_size=64),
    'vit_vpt_vtab': sgd(tuner='vpt', batch_size=64),
    'vit_e2vpt_vtab': sgd(tuner='e2vpt', batch_size=64, note='batch size of the E2VPT paper'),
    'vit_vpt_vtab_noah': sgd(tuner='vpt', data='vtab_noah', batch_size=64, note='images as NOAH resizes them'),
}

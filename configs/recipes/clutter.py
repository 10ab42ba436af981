"""Clutter, pictures of many things that mmvpt draws: pretraining of our bases."""

from mmvpt.config import Recipe
from mmvpt.datasets.clutter.pretext import CIRCLE_FACTORS, NUMBER_FACTORS, SEEN, WORD_FACTORS

TARGETS = {
    'model.head.num_forms': len(SEEN.forms),
    'model.head.num_textures': len(SEEN.textures),
    'model.head.words': {factor: len(names) for factor, names in WORD_FACTORS.items()},
    'model.head.num_numbers': len(NUMBER_FACTORS) + 2 * len(CIRCLE_FACTORS),
}


def pretraining(backbone, **overrides):
    """Return a row that pretrains a backbone."""
    values = {'model.backbone': '_base_.backbone', **TARGETS}
    return Recipe('pretraining_clutter', backbone=backbone, overrides={**values, **overrides})


ROWS = {
    'vit_scratch_clutter': pretraining('vit-tiny', **{'model.backbone.out_type': 'raw'}),
    'swin_scratch_clutter': pretraining(
        'swin-tiny',
        **{'model.backbone.out_indices': (0, 1, 2, 3), 'model.level': 1, 'model.head.patch_channels': 64},
    ),
    'resnet_scratch_clutter': pretraining(
        'resnet-tiny',
        **{'model.level': 1, 'model.head.in_channels': '_base_.feature_dims[-1]', 'model.head.patch_channels': 48},
    ),
}

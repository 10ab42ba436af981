"""FGVC with ViT-B/16 of ImageNet-21k: five data sets of birds, flowers, dogs and cars."""

from __future__ import annotations

from mmvpt.pruning.plan import Pruning

from ..sweep.protocol import SweepProtocol, SweptTask

#: Names of configs, and of the folders of their data.
FGVC_FOLDERS = {
    'cub': 'CUB_200_2011',
    'nabirds': 'nabirds',
    'flowers': 'oxford_flowers',
    'dogs': 'stanford_dogs',
    'cars': 'stanford_cars',
}
SWEEPS = SweepProtocol(
    tasks={
        name: SweptTask(
            {f'{split}_dataloader.dataset.data_root': f'{{data}}/{folder}' for split in ('train', 'val', 'test')},
            'FGVC',
        )
        for name, folder in FGVC_FOLDERS.items()
    },
    methods={
        **{method: f'mmvpt::vit_{method}_{{}}' for method in ('full', 'linear', 'vpt', 'e2vpt')},
        'e2vpt_unpruned': 'mmvpt::vit_e2vpt_{}',
    },
    data='data',
    pruned={'e2vpt': Pruning(always_prune=True)},
)

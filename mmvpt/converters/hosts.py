"""Names of parameters and settings of backbones that mmseg and mmdet call otherwise than mmpretrain."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from mmvpt.config.hosts import HOSTS

#: The config of a backbone.
Backbone = dict[str, Any]
SETTINGS = {'width_per_group': 'base_width', 'img_size': 'pretrain_img_size'}
#: A deep stem: theirs is one nn.Sequential of three times convolution, norm and activation.
STEM = {
    f'stem.{unit}.{part}.': f'stem.{3 * unit + place}.'
    for unit in range(3)
    for place, part in enumerate(('conv', 'bn'))
}


def move(backbone: Backbone, tensors: dict[str, Tensor], host: str) -> tuple[Backbone, dict[str, Tensor]]:
    """Put a config and a state dict of mmpretrain into the words of a host."""
    kind = backbone['type'].removeprefix('mmpretrain.')
    if host == 'mmpretrain':
        return backbone, tensors
    theirs = HOSTS[host].shared_backbones
    if kind not in theirs or 'expansion' in backbone:
        raise ValueError(
            f'{host} has no backbone like {backbone}; it has {", ".join(theirs)}. '
            f"Convert for mmpretrain, whose backbones work in {host}'s models too."
        )
    return _settings(backbone, f'{host}.{kind}'), {_rename(name): tensor for name, tensor in tensors.items()}


def _settings(backbone: Backbone, type_: str) -> Backbone:
    moved = {SETTINGS.get(name, name): value for name, value in backbone.items() if name != 'out_indices'}
    if type_.endswith('SwinTransformer'):
        moved |= moved.pop('arch')
    return {**moved, 'type': type_}


def _rename(name: str) -> str:
    for ours, theirs in STEM.items():
        if name.startswith(ours):
            return theirs + name.removeprefix(ours)
    return name

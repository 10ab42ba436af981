"""Swin Transformer: Microsoft's, timm's and open-mmlab's files."""

from __future__ import annotations

import math
from functools import partial

import torch.nn.functional as F
from mmpretrain.models.utils import resize_pos_embed
from torch import Tensor

from .format import Format, Sizes, Tensors, count, grid, require

PATCHES = 'patch_embed.projection.weight'
POSITIONS = 'absolute_pos_embed'
BIASES = '.relative_position_bias_table'
NUM_STAGES = 4
LAST = NUM_STAGES - 1


class SwinFormat(Format):
    """Format of a file with a Swin."""

    takes = ('img_size', 'window_size')
    optional = ('*.relative_position_index',)

    def fit(self, tensors: dict[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
        """Interpolate the relative position biases to other windows, absolute positions to other images."""
        fitted = dict(tensors)
        if sizes.window_size is not None:
            fitted |= {
                name: _fit_to_window(value, sizes.window_size) for name, value in tensors.items() if BIASES in name
            }
        if sizes.img_size is not None and POSITIONS in tensors:
            old, new = _grid(tensors), grid(sizes.img_size, require(tensors, PATCHES, 4).shape[-1])
            fitted[POSITIONS] = resize_pos_embed(tensors[POSITIONS], (old, old), (new, new), 'bicubic', 0)
        return fitted

    def describe(self, tensors: Tensors, stored: Tensors, sizes: Sizes) -> dict[str, object]:
        """Describe a SwinTransformer by its patches, its tables of biases, and its output norms."""
        width, in_channels, _, patch_size = require(tensors, PATCHES, 4).shape
        tables = [require(tensors, f'stages.{stage}.blocks.0.attn.w_msa{BIASES}', 2) for stage in range(NUM_STAGES)]
        window_size = _window(tables[0])
        backbone = dict(
            type='mmpretrain.SwinTransformer',
            arch=dict(
                embed_dims=width,
                depths=[count(tensors, f'stages.{stage}.blocks.') for stage in range(NUM_STAGES)],
                num_heads=[table.shape[1] for table in tables],
            ),
            img_size=sizes.img_size or _image(tensors, window_size),
            patch_size=patch_size,
            in_channels=in_channels,
            window_size=window_size,
            out_indices=[*(stage for stage in range(LAST) if f'norm{stage}.weight' in tensors), LAST],
        )
        return backbone | (dict(use_abs_pos_embed=True) if POSITIONS in tensors else {})


def _window(table: Tensor) -> int:
    return (math.isqrt(len(table)) + 1) // 2


def _fit_to_window(table: Tensor, window_size: int) -> Tensor:  # (places, heads)
    old, new = (2 * size - 1 for size in (_window(table), window_size))
    if old == new:
        return table
    maps = table.t().unflatten(1, (old, old))
    return F.interpolate(maps[None], size=(new, new), mode='bicubic')[0].flatten(1).t()


def _grid(tensors: Tensors) -> int:
    num_positions = require(tensors, POSITIONS, 3).shape[1]
    side = math.isqrt(num_positions)
    if num_positions != side**2:
        raise ValueError(f'{num_positions} positions are not those of a square grid of patches.')
    return side


def _image(tensors: Tensors, window_size: int) -> int:
    """Return the size of the images: from the positions, or so that the last stage is one window."""
    patches = _grid(tensors) if POSITIONS in tensors else 2**LAST * window_size
    return patches * require(tensors, PATCHES, 4).shape[-1]


def merging_layout(name: str, tensor: Tensor) -> Tensor:
    """Reorder the weights that merge 2 x 2 patches: (column, row, channel) to (channel, row, column) of nn.Unfold."""
    if '.downsample.' not in name:
        return tensor
    return tensor.unflatten(-1, (2, 2, -1)).transpose(-3, -1).flatten(-3)


BLOCK_NAMES = {
    POSITIONS: POSITIONS,
    'patch_embed.proj.{p}': 'patch_embed.projection.{p}',
    'patch_embed.norm.{p}': 'patch_embed.norm.{p}',
    'layers.{s}.blocks.{i}.norm{k}.{p}': 'stages.{s}.blocks.{i}.norm{k}.{p}',
    'layers.{s}.blocks.{i}.attn.{p}': 'stages.{s}.blocks.{i}.attn.w_msa.{p}',
    'layers.{s}.blocks.{i}.attn.qkv.{p}': 'stages.{s}.blocks.{i}.attn.w_msa.qkv.{p}',
    'layers.{s}.blocks.{i}.attn.proj.{p}': 'stages.{s}.blocks.{i}.attn.w_msa.proj.{p}',
    'layers.{s}.blocks.{i}.mlp.fc1.{p}': 'stages.{s}.blocks.{i}.ffn.layers.0.0.{p}',
    'layers.{s}.blocks.{i}.mlp.fc2.{p}': 'stages.{s}.blocks.{i}.ffn.layers.1.{p}',
    'norm.{p}': 'norm3.{p}',
    'norm{s}.{p}': 'norm{s}.{p}',  # of the outputs of a detector
}
MERGING_NAMES = {  # at the end of a stage
    'layers.{s}.downsample.norm.{p}': 'stages.{s}.downsample.norm.{p}',
    'layers.{s}.downsample.reduction.weight': 'stages.{s}.downsample.reduction.weight',
}
TIMM_MERGING_NAMES = {  # at the beginning of the next one
    'layers.{s+1}.downsample.norm.{p}': 'stages.{s}.downsample.norm.{p}',
    'layers.{s+1}.downsample.reduction.weight': 'stages.{s}.downsample.reduction.weight',
}
OURS = {**BLOCK_NAMES, **MERGING_NAMES}.values()

ANCHOR = f'layers.0.blocks.0.attn{BIASES}'
DROPPED = ('head.*', '*.relative_position_index', '*.attn_mask')
PREFIXES = ('', 'module.', 'backbone.')

_format = partial(SwinFormat, anchor=ANCHOR, dropped=DROPPED, prefixes=PREFIXES, layout=merging_layout)

FORMATS: dict[str, Format] = {
    'swin': _format(
        title='Swin of Microsoft (its detectors and segmentors too) and of older timm',
        marks=('layers.0.downsample.reduction.weight',),
        names={**BLOCK_NAMES, **MERGING_NAMES},
    ),
    'swin-timm': _format(
        title='Swin of timm, which merges patches at the beginning of a stage',
        marks=('layers.3.downsample.reduction.weight',),
        names={**BLOCK_NAMES, **TIMM_MERGING_NAMES},
    ),
    'swin-mm': SwinFormat(
        title='Swin of mmpretrain, mmseg and mmdet',
        anchor=f'stages.0.blocks.0.attn.w_msa{BIASES}',
        names={name: name for name in OURS},
        dropped=DROPPED,
        prefixes=('backbone.', ''),
    ),
}

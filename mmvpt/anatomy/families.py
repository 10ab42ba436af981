"""Families that several packages build alike, under the same names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch.nn.functional as F
from torch import Tensor, nn

from .anatomy import Anatomy
from .passages.sequence import SequenceStream
from .passages.window import WindowStream
from .points import EmbeddingPoint, Grid, LayerPoint, MapPoint, Point, SizedPoint, WindowPoint
from .site import Block


def vit(
    backbone: nn.Module, blocks: list[Block], extra: int, grid: Grid | None = None, last_norm: nn.Module | None = None
) -> Anatomy:
    """A ViT: one stage, and a point after the embedding and after each layer. The rest is its host's to add.

    Args:
        extra: How many tokens are not patches.
        grid: Knows the grid of the patches; by default from what ``backbone.patch_embed`` returns.
        last_norm: What all tokens pass behind the last layer.
    """
    grid = grid or Grid(backbone.get_submodule('patch_embed'))
    layers = [LayerPoint(block.module, block.dim, grid, extra) for block in blocks]
    first = EmbeddingPoint(blocks[0].module, blocks[0].dim, grid, extra)
    attends = all(block.attention is not None for block in blocks)
    stream = SequenceStream(blocks, norm=last_norm, extra=extra) if attends else None
    outputs = [blocks[-1].dim] * len(getattr(backbone, 'out_indices', ()))  # timm's own models give no maps
    return Anatomy(
        backbone,
        stages=[blocks],
        points=[first, *layers],
        outputs=outputs,
        stream=stream,
        num_extra_tokens=extra,
    )


class _ResidualBlock(Protocol):
    """Basic or bottleneck: the latter has a third convolution."""

    conv1: nn.Conv2d
    conv2: nn.Conv2d


class _ResNet(Protocol):
    res_layers: Sequence[str]
    out_indices: Sequence[int]
    relu: nn.Module
    maxpool: nn.Module


def resnet(backbone: _ResNet) -> Anatomy:
    """A ResNet with max pooling: V1c, V1d and ResNeXt too. Its stem ends with the pooling."""
    return _cnn(backbone, backbone.maxpool)


def regnet(backbone: _ResNet) -> Anatomy:
    """A RegNet, or any ResNet without max pooling. Its stem ends with the activation."""
    return _cnn(backbone, backbone.relu)


def _cnn(backbone: _ResNet, stem: nn.Module) -> Anatomy:
    assert isinstance(backbone, nn.Module)
    layers = [getattr(backbone, name) for name in backbone.res_layers]
    stages = [[Block(block, dim=_width(block)) for block in layer] for layer in layers]
    points = [MapPoint(layer, stage[-1].dim) for layer, stage in zip(layers, stages, strict=True)]
    return Anatomy(
        backbone,
        stages=stages,
        points=[MapPoint(stem, layers[0][0].conv1.in_channels), *points],
        outputs=[stages[index][-1].dim for index in backbone.out_indices],
    )


def _width(block: _ResidualBlock) -> int:
    """Output channels of a residual block."""
    return (getattr(block, 'conv3', None) or block.conv2).out_channels


class _Projection(Protocol):
    kernel_size: tuple[int, int]


class _PatchEmbed(Protocol):
    projection: _Projection


class _SwinStage(Protocol):
    blocks: Sequence[nn.Module]
    downsample: nn.Module


class _Swin(Protocol):
    stages: Sequence[_SwinStage]
    patch_embed: _PatchEmbed
    out_indices: Sequence[int]


def swin(backbone: _Swin) -> Anatomy:
    """A Swin: a stage ends with the patch merging that follows its blocks, the last one with its last block.

    So the points have the widths E, 2E, 4E, 8E and 8E, which Pro-tuning's parameter counts ask for.
    """
    assert isinstance(backbone, nn.Module)
    stages = [[_swin_block(block) for block in stage.blocks] for stage in backbone.stages]
    widths = [stage[0].dim for stage in stages]
    merged = [SizedPoint(stage.downsample, width) for stage, width in zip(backbone.stages, widths[1:], strict=False)]
    points: list[Point] = [
        SizedPoint(backbone.get_submodule('patch_embed'), widths[0]),
        *merged,
        WindowPoint(stages[-1][-1].module, widths[-1]),
    ]
    names = {index: f'norm{index}' for index in backbone.out_indices}
    last_norm = names.get(len(stages) - 1)
    norms = {name: backbone.get_submodule(name) for name in names.values()}
    return Anatomy(
        backbone,
        stages=stages,
        points=points,
        stream=WindowStream(
            stages,
            [stage.downsample for stage in backbone.stages[:-1]],
            norm=norms[last_norm] if last_norm else None,
        ),
        outputs=[widths[index] for index in backbone.out_indices],
        norms=list(norms.values()),
        optional=[name for name in norms if name != last_norm],
        patch_size=backbone.patch_embed.projection.kernel_size[0],
        num_extra_tokens=0,
        resize=resize_window,
    )


def _swin_block(block: nn.Module) -> Block:
    norm = block.get_submodule('norm1')
    assert isinstance(norm, nn.LayerNorm)
    return Block(
        block,
        dim=norm.normalized_shape[0],
        norm=norm,
        attention=block.get_submodule('attn.w_msa'),
        ffn=block.get_submodule('ffn.gamma2'),
    )


def resize_window(name: str, value: Tensor, own: Tensor) -> Tensor | None:
    """Fit a table of position biases to another window.

    mmseg and mmdet do so only inside ``init_weights``, mmpretrain by a function that SciPy 1.14 took away.
    """
    if name.endswith('relative_position_index'):
        return own
    if not name.endswith('relative_position_bias_table'):
        return None
    sides = [round(len(table) ** 0.5) for table in (value, own)]
    table = value.t().view(1, -1, sides[0], sides[0])
    return F.interpolate(table, size=(sides[1], sides[1]), mode='bicubic').view(-1, len(own)).t()

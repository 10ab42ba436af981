"""Families that several packages build alike, under the same names."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from .base import Anatomy, Block
from .points import EmbeddingPoint, Grid, LayerPoint, MapPoint, Point, SizedPoint, WindowPoint
from .streams import SequenceStream, WindowStream


def vit(
    backbone: Any,
    blocks: list[Block],
    extra: int,
    grid: Grid | None = None,
    last_norm: nn.Module | None = None,
    **kwargs: Any,
) -> Anatomy:
    """A ViT: one stage, and a point after the embedding and after each layer.

    Args:
        extra: How many tokens are nobody's patch.
        grid: Tells the grid of the patches.
        last_norm: What all tokens pass behind the last layer.
    """
    grid = grid or Grid(backbone.patch_embed)
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
        **kwargs,
    )


def resnet(backbone: Any) -> Anatomy:
    """A ResNet with max pooling: V1c, V1d and ResNeXt too. Its stem ends with the pooling."""
    return _cnn(backbone, backbone.maxpool)


def regnet(backbone: Any) -> Anatomy:
    """A RegNet, or any ResNet without max pooling. Its stem ends with the activation."""
    return _cnn(backbone, backbone.relu)


def _cnn(backbone: Any, stem: Any) -> Anatomy:
    layers = [getattr(backbone, name) for name in backbone.res_layers]
    stages = [[Block(block, dim=_width(block)) for block in layer] for layer in layers]
    points = [MapPoint(layer, stage[-1].dim) for layer, stage in zip(layers, stages, strict=True)]
    return Anatomy(
        backbone,
        stages=stages,
        points=[MapPoint(stem, layers[0][0].conv1.in_channels), *points],
        outputs=[stages[index][-1].dim for index in backbone.out_indices],
    )


def _width(block: Any) -> int:
    """Output channels of a residual block, basic or bottleneck."""
    return (getattr(block, 'conv3', None) or block.conv2).out_channels


def swin(backbone: Any) -> Anatomy:
    """A Swin: a stage ends with the patch merging that follows its blocks, the last one with its last block.

    So the points have the widths E, 2E, 4E, 8E and 8E, which Pro-tuning's parameter counts ask for.
    """
    stages = [
        [
            Block(
                block,
                dim=block.norm1.normalized_shape[0],
                norm=block.norm1,
                attention=block.attn.w_msa,
                ffn=block.ffn.gamma2,
            )
            for block in stage.blocks
        ]
        for stage in backbone.stages
    ]
    widths = [stage[0].dim for stage in stages]
    merged = [SizedPoint(stage.downsample, width) for stage, width in zip(backbone.stages, widths[1:], strict=False)]
    points: list[Point] = [
        SizedPoint(backbone.patch_embed, widths[0]),
        *merged,
        WindowPoint(stages[-1][-1].module, widths[-1]),
    ]
    names = {index: f'norm{index}' for index in backbone.out_indices}
    last_norm = getattr(backbone, names.get(len(stages) - 1, ''), None)
    optional = [name for index, name in names.items() if index != len(stages) - 1]
    norms = [getattr(backbone, name) for name in names.values()]
    return Anatomy(
        backbone,
        stages=stages,
        points=points,
        stream=WindowStream(stages, [stage.downsample for stage in backbone.stages[:-1]], norm=last_norm),
        outputs=[widths[index] for index in backbone.out_indices],
        norms=norms,
        optional=optional,
        patch_size=backbone.patch_embed.projection.kernel_size[0],
        num_extra_tokens=0,
        resize=resize_window,
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

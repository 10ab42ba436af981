"""ResNet, its V1c and V1d, ResNeXt and wide ResNets: torchvision's, timm's and open-mmlab's files."""

from __future__ import annotations

from functools import partial

from .format import Format, Sizes, Tensors, count, require
from .regnet import describe_regnet

# blocks per stage and convolutions per block
DEPTHS: dict[tuple[tuple[int, ...], int], int] = {
    ((2, 2, 2, 2), 2): 18,
    ((3, 4, 6, 3), 2): 34,
    ((3, 4, 6, 3), 3): 50,
    ((3, 4, 23, 3), 3): 101,
    ((3, 8, 36, 3), 3): 152,
}
DEFAULTS = dict(in_channels=3, stem_channels=64, base_channels=64, deep_stem=False, avg_down=False)


class ResNetFormat(Format):
    """Format of a file with a ResNet."""

    optional = ('*.num_batches_tracked',)

    def describe(self, tensors: Tensors, stored: Tensors, sizes: Sizes) -> dict[str, object]:
        """Describe a ResNet or a ResNeXt, or the RegNet that open-mmlab stores under the same names."""
        describe = describe_regnet if _has_small_stem(tensors) else describe_resnet
        return describe(tensors)


def _has_small_stem(tensors: Tensors) -> bool:
    """Return whether this is a RegNet: it begins with one 3 x 3 convolution, a ResNet with 7 x 7 or three of 3 x 3."""
    return 'conv1.weight' in tensors and require(tensors, 'conv1.weight', 4).shape[-1] == 3


def describe_resnet(tensors: Tensors) -> dict[str, object]:
    """Describe a ResNet by its depths, its stem, its shortcuts, and the widths of its first block."""
    deep = 'stem.0.conv.weight' in tensors
    first, last = ('stem.0.conv.weight', 'stem.2.conv.weight') if deep else ('conv1.weight', 'conv1.weight')
    sizes = dict(
        in_channels=require(tensors, first, 4).shape[1],
        stem_channels=require(tensors, last, 4).shape[0],
        deep_stem=deep,
        avg_down='layer2.0.downsample.2.weight' in tensors,  # after the pooling, which has no parameters
        **_describe_block(tensors),
    )
    kind = 'ResNeXt' if 'groups' in sizes else 'ResNet'
    unusual = {name: size for name, size in sizes.items() if DEFAULTS.get(name) != size}
    return dict(type=f'mmpretrain.{kind}', depth=_depth(tensors), **unusual)


def _depth(tensors: Tensors) -> int:
    blocks = tuple(count(tensors, f'layer{stage}.') for stage in (1, 2, 3, 4))
    convolutions = 3 if 'layer1.0.conv3.weight' in tensors else 2
    if (blocks, convolutions) not in DEPTHS:
        known = ', '.join(f'{depth}: {found[0]} x {found[1]}' for found, depth in DEPTHS.items())
        raise ValueError(
            f'{blocks} blocks of {convolutions} convolutions are those of no ResNet that is known ({known}).'
        )
    return DEPTHS[blocks, convolutions]


def _describe_block(tensors: Tensors) -> dict[str, int]:
    middle, group_width = require(tensors, 'layer1.0.conv2.weight', 4).shape[:2]
    if 'layer1.0.conv3.weight' not in tensors:
        return dict(base_channels=middle)
    out = require(tensors, 'layer1.0.conv3.weight', 4).shape[0]
    if group_width != middle:
        return dict(base_channels=out // 4, groups=middle // group_width, width_per_group=group_width)
    if out != 4 * middle:  # a wide ResNet
        return dict(base_channels=middle, expansion=out // middle)
    return dict(base_channels=middle)


BLOCKS = {
    'layer{s}.{i}.conv{k}.weight': 'layer{s}.{i}.conv{k}.weight',
    'layer{s}.{i}.bn{k}.{p}': 'layer{s}.{i}.bn{k}.{p}',
    'layer{s}.{i}.downsample.{k}.{p}': 'layer{s}.{i}.downsample.{k}.{p}',
}
STEM = {'conv1.weight': 'conv1.weight', 'bn1.{p}': 'bn1.{p}'}
DEEP_STEM = {'stem.{k}.conv.weight': 'stem.{k}.conv.weight', 'stem.{k}.bn.{p}': 'stem.{k}.bn.{p}'}
# mmseg and mmdet: three convolutions, norms and activations in one nn.Sequential
DENSE_STEM = {
    'stem.0.weight': 'stem.0.conv.weight',
    'stem.1.{p}': 'stem.0.bn.{p}',
    'stem.3.weight': 'stem.1.conv.weight',
    'stem.4.{p}': 'stem.1.bn.{p}',
    'stem.6.weight': 'stem.2.conv.weight',
    'stem.7.{p}': 'stem.2.bn.{p}',
}
TIMM_STEM = {
    'conv1.0.weight': 'stem.0.conv.weight',
    'conv1.1.{p}': 'stem.0.bn.{p}',
    'conv1.3.weight': 'stem.1.conv.weight',
    'conv1.4.{p}': 'stem.1.bn.{p}',
    'conv1.6.weight': 'stem.2.conv.weight',
    'bn1.{p}': 'stem.2.bn.{p}',
}
# timm counts an nn.Identity where the first stage has nothing to pool
TIMM_SHORTCUT = {
    'layer1.0.downsample.1.weight': 'layer1.0.downsample.0.weight',
    'layer1.0.downsample.2.{p}': 'layer1.0.downsample.1.{p}',
}

ANCHOR = 'layer1.0.conv1.weight'
PREFIXES = ('', 'module.', 'backbone.')
HEADS = ('fc.*', 'head.*')

_format = partial(ResNetFormat, anchor=ANCHOR, dropped=HEADS, prefixes=PREFIXES)

# the first that fits counts
FORMATS: dict[str, Format] = {
    'resnet-timm-d': _format(
        title='ResNet and ResNeXt of timm with a deep stem and pooled shortcuts (resnet50d)',
        marks=('conv1.6.weight', 'layer2.0.downsample.2.weight'),
        names={**TIMM_STEM, **TIMM_SHORTCUT, **BLOCKS},
    ),
    'resnet-timm-c': _format(
        title='ResNet and ResNeXt of timm with a deep stem (resnet50c)',
        marks=('conv1.6.weight',),
        names={**TIMM_STEM, **BLOCKS},
    ),
    'resnet': _format(
        title='ResNet, ResNeXt of torchvision, timm, mmpretrain, mmseg, mmdet; of these three V1c, V1d, RegNet too',
        names={**STEM, **DEEP_STEM, **DENSE_STEM, **BLOCKS},
    ),
}

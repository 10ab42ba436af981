"""RegNetX: torchvision's and timm's files."""

from __future__ import annotations

from .format import Format, Sizes, Tensors, count, require

# blocks per stage and their widths; what mmpretrain generates them from: w0, wa, wm, width of a group
ARCHS: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[int, float, float, int]] = {
    ((1, 1, 4, 7), (24, 56, 152, 368)): (24, 36.44, 2.49, 8),
    ((1, 2, 7, 12), (32, 64, 160, 384)): (24, 24.48, 2.54, 16),
    ((1, 2, 7, 12), (32, 64, 160, 400)): (24, 25.0, 2.56, 16),  # torchvision rounds the last width up
    ((1, 3, 5, 7), (48, 96, 240, 528)): (48, 36.97, 2.24, 24),
    ((1, 3, 7, 5), (64, 128, 288, 672)): (56, 35.73, 2.28, 16),
    ((2, 4, 10, 2), (72, 168, 408, 912)): (80, 34.01, 2.25, 24),
    ((2, 6, 15, 2), (96, 192, 432, 1008)): (88, 26.31, 2.25, 48),
    ((2, 5, 14, 2), (80, 240, 560, 1360)): (96, 38.65, 2.43, 40),
    ((2, 4, 10, 1), (168, 392, 784, 1624)): (184, 60.83, 2.07, 56),
    ((2, 5, 15, 1), (80, 240, 720, 1920)): (80, 49.56, 2.88, 120),
    ((2, 5, 11, 1), (224, 448, 896, 2240)): (168, 73.36, 2.37, 112),
    ((2, 6, 13, 1), (256, 512, 896, 2048)): (216, 55.59, 2.1, 128),
    ((2, 7, 13, 1), (336, 672, 1344, 2520)): (320, 69.86, 2.0, 168),
}


class RegNetFormat(Format):
    """Format of a file with a RegNetX."""

    optional = ('*.num_batches_tracked',)

    def describe(self, tensors: Tensors, stored: Tensors, sizes: Sizes) -> dict[str, object]:
        """Describe a RegNet."""
        return describe_regnet(tensors)


def describe_regnet(tensors: Tensors) -> dict[str, object]:
    """Look a RegNet up by the blocks and widths of its stages."""
    stages = (1, 2, 3, 4)
    blocks = tuple(count(tensors, f'layer{stage}.') for stage in stages)
    widths = tuple(require(tensors, f'layer{stage}.0.conv3.weight', 4).shape[0] for stage in stages)
    if (blocks, widths) not in ARCHS:
        raise ValueError(f'{blocks} blocks of widths {widths} are those of no RegNetX between 200MF and 32GF.')
    w0, wa, wm, group_width = ARCHS[blocks, widths]
    arch = dict(w0=w0, wa=wa, wm=wm, group_w=group_width, depth=sum(blocks), bot_mul=1.0)
    return dict(type='mmpretrain.RegNet', arch=arch)


TORCHVISION_NAMES = {
    'stem.0.weight': 'conv1.weight',
    'stem.1.{p}': 'bn1.{p}',
    'trunk_output.block{s}.block{s}-{i}.f.a.0.weight': 'layer{s}.{i}.conv1.weight',
    'trunk_output.block{s}.block{s}-{i}.f.a.1.{p}': 'layer{s}.{i}.bn1.{p}',
    'trunk_output.block{s}.block{s}-{i}.f.b.0.weight': 'layer{s}.{i}.conv2.weight',
    'trunk_output.block{s}.block{s}-{i}.f.b.1.{p}': 'layer{s}.{i}.bn2.{p}',
    'trunk_output.block{s}.block{s}-{i}.f.c.0.weight': 'layer{s}.{i}.conv3.weight',
    'trunk_output.block{s}.block{s}-{i}.f.c.1.{p}': 'layer{s}.{i}.bn3.{p}',
    'trunk_output.block{s}.block{s}-{i}.proj.{k}.{p}': 'layer{s}.{i}.downsample.{k}.{p}',
}

TIMM_NAMES = {
    'stem.conv.weight': 'conv1.weight',
    'stem.bn.{p}': 'bn1.{p}',
    's{s}.b{i+1}.conv{k}.conv.weight': 'layer{s}.{i}.conv{k}.weight',
    's{s}.b{i+1}.conv{k}.bn.{p}': 'layer{s}.{i}.bn{k}.{p}',
    's{s}.b{i+1}.downsample.conv.weight': 'layer{s}.{i}.downsample.0.weight',
    's{s}.b{i+1}.downsample.bn.{p}': 'layer{s}.{i}.downsample.1.{p}',
}

FORMATS: dict[str, Format] = {
    'regnet-torchvision': RegNetFormat(
        title='RegNetX of torchvision',
        anchor='trunk_output.block1.block1-0.f.a.0.weight',
        names=TORCHVISION_NAMES,
        dropped=('fc.*',),
        prefixes=('', 'module.'),
    ),
    'regnet-timm': RegNetFormat(
        title='RegNetX of timm',
        anchor='s1.b1.conv1.conv.weight',
        names=TIMM_NAMES,
        dropped=('head.*',),
        prefixes=('', 'module.'),
    ),
}

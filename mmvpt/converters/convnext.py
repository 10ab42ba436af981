"""ConvNeXt and ConvNeXt V2: Facebook's, timm's and mmpretrain's files."""

from __future__ import annotations

from torch import Tensor

from .format import Format, Sizes, Tensors, count, require

STEM = 'downsample_layers.0.0.weight'
NUM_STAGES = 4
LAST = NUM_STAGES - 1


class ConvNeXtFormat(Format):
    """Format of a file with a ConvNeXt."""

    def describe(self, tensors: Tensors, stored: Tensors, sizes: Sizes) -> dict[str, object]:
        """Describe a ConvNeXt by its stages, its scales or response norms, and its output norms."""
        stages = range(NUM_STAGES)
        lower = [stage for stage in range(LAST) if f'norm{stage}.weight' in tensors]
        _, in_channels, _, patch_size = require(tensors, STEM, 4).shape
        backbone = dict(
            type='mmpretrain.ConvNeXt',
            arch=dict(
                depths=[count(tensors, f'stages.{stage}.') for stage in stages],
                channels=[len(require(tensors, f'stages.{stage}.0.norm.weight', 1)) for stage in stages],
            ),
            in_channels=in_channels,
            stem_patch_size=patch_size,
            out_indices=[*lower, LAST],
        )
        scales = {} if 'stages.0.0.gamma' in tensors else dict(layer_scale_init_value=0.0)
        responses = dict(use_grn=True) if 'stages.0.0.grn.gamma' in tensors else {}
        maps = dict(gap_before_final_norm=False) if lower else {}
        return backbone | scales | responses | maps


def plain_layout(name: str, tensor: Tensor) -> Tensor:
    """Turn 1x1 convolutions into matrices, and (1, 1, 1, C) of response norms into vectors; both compute the same."""
    if any(part in name for part in ('pwconv', 'pointwise_conv', '.fc')) and tensor.ndim == 4:
        return tensor.squeeze((2, 3))
    return tensor.flatten() if '.grn.' in name else tensor


OUTER_NAMES = {
    'downsample_layers.{s}.{k}.{p}': 'downsample_layers.{s}.{k}.{p}',
    'stages.{s}.{i}.gamma': 'stages.{s}.{i}.gamma',
    'norm{s}.{p}': 'norm{s}.{p}',  # of the outputs of a detector
}
FACEBOOK_NAMES = {
    **OUTER_NAMES,
    'stages.{s}.{i}.dwconv.{p}': 'stages.{s}.{i}.depthwise_conv.{p}',
    'stages.{s}.{i}.norm.{p}': 'stages.{s}.{i}.norm.{p}',
    'stages.{s}.{i}.pwconv{k}.{p}': 'stages.{s}.{i}.pointwise_conv{k}.{p}',
    'stages.{s}.{i}.grn.{p}': 'stages.{s}.{i}.grn.{p}',
    'norm.{p}': 'norm3.{p}',
}
TIMM_NAMES = {
    'stem.{k}.{p}': 'downsample_layers.0.{k}.{p}',
    'stages.{s}.downsample.{k}.{p}': 'downsample_layers.{s}.{k}.{p}',
    'stages.{s}.blocks.{i}.gamma': 'stages.{s}.{i}.gamma',
    'stages.{s}.blocks.{i}.conv_dw.{p}': 'stages.{s}.{i}.depthwise_conv.{p}',
    'stages.{s}.blocks.{i}.norm.{p}': 'stages.{s}.{i}.norm.{p}',
    'stages.{s}.blocks.{i}.mlp.fc{k}.{p}': 'stages.{s}.{i}.pointwise_conv{k}.{p}',
    'stages.{s}.blocks.{i}.mlp.grn.weight': 'stages.{s}.{i}.grn.gamma',
    'stages.{s}.blocks.{i}.mlp.grn.bias': 'stages.{s}.{i}.grn.beta',
    'head.norm.{p}': 'norm3.{p}',
}
OURS = {*OUTER_NAMES.values(), *FACEBOOK_NAMES.values()}

FORMATS: dict[str, Format] = {
    'convnext': ConvNeXtFormat(
        title='ConvNeXt of Facebook, V2 and its detectors and segmentors too',
        anchor='stages.0.0.dwconv.weight',
        names=FACEBOOK_NAMES,
        dropped=('head.*',),
        prefixes=('', 'module.', 'backbone.'),
        layout=plain_layout,
    ),
    'convnext-timm': ConvNeXtFormat(
        title='ConvNeXt of timm, V2 too',
        anchor='stages.0.blocks.0.conv_dw.weight',
        names=TIMM_NAMES,
        dropped=('head.fc.*', 'head.pre_logits.*'),
        prefixes=('', 'module.'),
        layout=plain_layout,
    ),
    'convnext-mm': ConvNeXtFormat(
        title='ConvNeXt of mmpretrain',
        anchor='stages.0.0.depthwise_conv.weight',
        names={name: name for name in OURS},
        dropped=('head.*',),
        prefixes=('backbone.', ''),
        layout=plain_layout,
    ),
}

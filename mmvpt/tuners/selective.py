"""Tuners that add nothing and train some of the backbone's own parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import nn

from mmvpt.anatomy import Anatomy
from mmvpt.registry import MODELS

from .base import Tuner


@MODELS.register_module()
class LinearProbe(Tuner):
    """Train nothing of the backbone: the head alone learns."""


@MODELS.register_module()
class FullTuning(Tuner):
    """Train everything that the plain backbone would train."""

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Module]:
        return [anatomy.backbone]


@MODELS.register_module()
class PartialTuning(Tuner):
    """Train the last parts of the backbone.

    Papers count them differently: a "partial-1" may be the last residual block, the last MLP or the last convolution.
    So the blocks are counted here, and anything smaller is named.

    Args:
        blocks: How many residual blocks train, the last ones: bottlenecks of a ResNet, layers of a ViT.
        modules: Names of modules of the backbone that train too, such as ``layers.11.ffn``.
    """

    def __init__(self, blocks: int = 0, modules: Sequence[str] = (), init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        if blocks < 0 or not (blocks or modules):
            raise ValueError(
                f'PartialTuning got blocks={blocks} and modules={modules!r}. Give blocks=1 or more, or names of '
                'modules, or both. To train nothing of the backbone, use LinearProbe.'
            )
        self.last = blocks
        self.names = tuple(modules)

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Module]:
        return [*self._last_blocks(anatomy), *(self._module(anatomy.backbone, name) for name in self.names)]

    def _last_blocks(self, anatomy: Anatomy) -> list[nn.Module]:
        blocks = [block.module for block in anatomy.blocks]
        if self.last > len(blocks):
            raise ValueError(
                f'PartialTuning(blocks={self.last}): {type(anatomy.backbone).__name__} has {len(blocks)} blocks that '
                'mmvpt knows. Take fewer, name modules instead, or use FullTuning.'
            )
        return blocks[len(blocks) - self.last :]

    def _module(self, backbone: nn.Module, name: str) -> nn.Module:
        try:
            return backbone.get_submodule(name)
        except AttributeError as error:
            parent = _last_found(backbone, name)
            children = [child for child, _ in backbone.get_submodule(parent).named_children()]
            raise ValueError(
                f'PartialTuning: {type(backbone).__name__} has no module {name!r}. '
                f'In {parent or "its top level"!r} there are: {", ".join(children) or "none"}.'
            ) from error


def _last_found(module: nn.Module, name: str) -> str:
    """Cut a dotted name down to what the module has."""
    names = {known for known, _ in module.named_modules()}
    while name not in names:
        name = name.rpartition('.')[0]
    return name


@MODELS.register_module()
class BiasTuning(Tuner):
    """Train all biases, those of norms included (BitFit, https://arxiv.org/abs/2106.10199).

    The last segment of a name decides, so a ``relative_position_bias_table`` stays frozen: public code that looks for
    the substring "bias" trains those tables as well.
    """

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Parameter]:
        biases = [param for name, param in anatomy.backbone.named_parameters() if is_bias(name)]
        if not biases:
            raise ValueError(f'{type(anatomy.backbone).__name__} has no bias to train. Use another tuner.')
        return biases


def is_bias(name: str) -> bool:
    """Whether a parameter's name is that of a bias: ``bias``, or fused ones such as ``in_proj_bias`` and ``q_bias``."""
    return name.rpartition('.')[2].endswith('bias')

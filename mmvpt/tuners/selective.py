"""Tuners that add nothing and train some of the backbone's own parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

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
    So the blocks are counted here, and anything smaller is named. The partial-1 of the VPT paper is
    ``blocks=1, train_norm=True`` for a ViT, Swin or ConvNeXt, and ``blocks=1`` for a ResNet.

    Args:
        blocks: How many residual blocks train, the last ones: bottlenecks of a ResNet, layers of a ViT.
        modules: Names of modules of the backbone that train too, such as ``layers.11.ffn``.
        train_norm: Whether the output norms of the backbone train too; those of a CNN are in its blocks.
    """

    def __init__(
        self,
        blocks: int = 0,
        modules: Sequence[str] = (),
        train_norm: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if blocks < 0 or not (blocks or modules):
            raise ValueError(
                f'PartialTuning got blocks={blocks} and modules={modules!r}. Give blocks=1 or more, or names of '
                'modules, or both. To train nothing of the backbone, use LinearProbe.'
            )
        self.last = blocks
        self.names = tuple(modules)
        self.train_norm = train_norm

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Module]:
        named = [self._module(anatomy.backbone, name) for name in self.names]
        norms = anatomy.norms if self.train_norm else ()
        return [*self._last_blocks(anatomy), *named, *norms]

    def _last_blocks(self, anatomy: Anatomy) -> list[nn.Module]:
        if not self.last:
            return []
        blocks = [block.module for block in anatomy.residual_blocks(self)]
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


#: Layers whose scale and shift count as those of a norm.
NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)

#: Which norms train, by the name of the choice.
WHICH: dict[str, Callable[[Anatomy], Iterable[nn.Module]]] = {
    'all': lambda anatomy: [anatomy.backbone],
    'blocks': lambda anatomy: [block.module for block in anatomy.blocks],
    'output': lambda anatomy: anatomy.norms,
}


@MODELS.register_module()
class NormTuning(Tuner):
    """Train the scale and shift of norms.

    Batch norms keep the statistics they came with, in training too: what trains is an affine map of each channel.

    Args:
        which: ``all`` norms, those inside the residual ``blocks``, or those that the ``output`` passes last.
    """

    def __init__(self, which: str = 'all', init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        if which not in WHICH:
            raise ValueError(f'Unknown which={which!r} of NormTuning. There are: {", ".join(WHICH)}.')
        self.which = which

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Parameter]:
        places = WHICH[self.which](anatomy)
        norms = [module for place in places for module in place.modules() if isinstance(module, NORMS)]
        params = [param for norm in norms for param in norm.parameters(recurse=False)]
        if not params:
            raise ValueError(
                f'NormTuning(which={self.which!r}): mmvpt knows no such norm with a scale and shift in '
                f'{type(anatomy.backbone).__name__}. Choose another of {", ".join(WHICH)}, or another tuner.'
            )
        return params


@MODELS.register_module()
class ClsTokenTuning(Tuner):
    """Train the class token, and the distillation token of a backbone that has one.

    Args:
        reinit: Initialise the tokens again, near zero, so that training does not start from those of the base: the
            "cls-reinit" of VPT's public code. A base that comes later than ``init_cfg``, by ``load_from``, brings its
            own tokens back.
    """

    std = 1e-6  # of the public code

    def __init__(self, reinit: bool = False, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.reinit = reinit

    def attach(self, anatomy: Anatomy) -> None:
        self._tokens = list(anatomy.learnt_tokens(self))  # in a list, so that they stay the backbone's alone
        self.reset()

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Parameter]:
        return self._tokens

    def reset(self) -> None:
        """Draw the tokens again, where that was asked for."""
        for token in self._tokens if self.reinit else ():
            nn.init.normal_(token, std=self.std)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()

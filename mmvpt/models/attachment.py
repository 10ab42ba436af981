"""A tuner in a frozen backbone, from the moment it is bound until all of it is undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mmengine.logging import print_log
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmvpt.anatomy import Anatomy, describe, use_sdpa
from mmvpt.layers.acts import Act, Unfrozen, noting
from mmvpt.layers.thrifty import make_thrifty
from mmvpt.tuners import Tuner

from .start import Start


class Attachment:
    """A tuner in a frozen backbone.

    Building one freezes the backbone and binds the tuner; where that fails, the backbone is left as it was.

    Args:
        keep_base: Whether to keep a copy of the start of what the tuner trains of the backbone.
    """

    def __init__(self, backbone: nn.Module, tuner: Tuner, keep_base: bool) -> None:
        self.backbone = backbone
        self.acts: list[Act] = []
        self.undone = False
        self.start = Start(backbone, keep_base)
        self.trainable = {name for name, param in backbone.named_parameters() if param.requires_grad}
        backbone.requires_grad_(False)
        anatomy = describe(backbone)
        self.options = anatomy.options
        self.blocks = [block.module for block in anatomy.blocks]
        self.norms = anatomy.norms
        self.fitting: dict[str, Any] = dict(resize=anatomy.resize, optional=anatomy.optional)
        try:
            self._bind(tuner, anatomy)
        except Exception:
            self.undo()
            raise

    def _bind(self, tuner: Tuner, anatomy: Anatomy) -> None:
        with noting(self.acts, self.backbone):
            for block in anatomy.blocks:
                use_sdpa(block.attention)
        for one in tuner.each():
            with noting(self.acts, self.backbone, one):
                one.attach(anatomy)
        for one in tuner.each():
            self.acts += [Unfrozen(module=self.backbone, by=part, tuner=one) for part in one.unfreeze(anatomy)]
        wanted = set(_parameters(self.unfrozen))
        self.start.narrow([*wanted, *self.unfrozen_buffers()])
        for name, param in self.backbone.named_parameters():
            param.requires_grad_(param in wanted and name in self.trainable)
        with noting(self.acts, self.backbone):
            make_thrifty(self.backbone)
        self._tell_what_stays_frozen(wanted)

    @property
    def unfrozen(self) -> list[nn.Module | nn.Parameter]:
        """Parts of the backbone that train too."""
        return [act.by for act in self.acts if isinstance(act, Unfrozen)]

    def unfrozen_modules(self) -> Iterator[nn.Module]:
        """Modules of the backbone that train, with those inside them."""
        return (module for part in self.unfrozen if isinstance(part, nn.Module) for module in part.modules())

    def unfrozen_buffers(self) -> Iterator[Tensor]:
        """Their buffers, which training may move."""
        return (buffer for module in self.unfrozen_modules() for buffer in module.buffers(recurse=False))

    def frozen_modules(self) -> Iterator[tuple[str, nn.Module]]:
        """Modules of the backbone that never train, with their names."""
        unfrozen = set(self.unfrozen_modules())
        return ((name, module) for name, module in self.backbone.named_modules() if module not in unfrozen)

    def frozen_state(self) -> dict[str, Tensor]:
        """Everything in the backbone's state dict that does not train."""
        trains = {id(param) for param in self.backbone.parameters() if param.requires_grad}
        trains |= {id(buffer) for buffer in self.unfrozen_buffers()}
        return {name: t for name, t in self.backbone.state_dict(keep_vars=True).items() if id(t) not in trains}

    def undo(self) -> None:
        """Leave the plain backbone, with its own weights, classes and gradients; refuse where its weights are lost."""
        if self.undone:
            return
        self.start.put_back(**self.fitting)
        for act in reversed(self.acts):
            act.undo()
        self.acts.clear()
        for name, param in self.backbone.named_parameters():
            param.requires_grad_(name in self.trainable)
            param.grad = None
        self.undone = True

    def _tell_what_stays_frozen(self, wanted: set[nn.Parameter]) -> None:
        """Say which is used if the backbone's config and the tuner disagree: the one that keeps more frozen."""
        name = type(self.backbone).__name__
        if held := [param for param in wanted if not param.requires_grad]:
            stages = getattr(self.backbone, 'frozen_stages', None)
            print_log(
                f'{len(held)} of the {len(wanted)} tensors that the tuner would train stay frozen, as {name} freezes '
                f'them itself (frozen_stages={stages}) and what either side freezes stays frozen. '
                'To train them, set frozen_stages=-1.',
                'current',
            )
        frozen = set(self.backbone.modules()) - set(self.unfrozen_modules())
        norms = [module for module in frozen if isinstance(module, _BatchNorm)]
        if norms and getattr(self.backbone, 'norm_eval', None) is False:
            print_log(
                f'{len(norms)} batch norms of {name} are frozen and keep their statistics: norm_eval=False is only '
                'for a backbone that trains, and what either side freezes stays frozen.',
                'current',
            )


def _parameters(parts: Iterable[nn.Module | nn.Parameter]) -> Iterable[nn.Parameter]:
    for part in parts:
        yield from part.parameters() if isinstance(part, nn.Module) else [part]

"""The start of what a tuner trains of a backbone, so that the backbone can get it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .pretrained import load_pretrained, split_init_cfg


class Start:
    """The start of what a tuner trains of a backbone.

    Args:
        backbone: The backbone, before the tuner attaches.
        keep: Whether to copy the start to the CPU; otherwise it is read from the pretrained file of ``init_cfg`` when
            somebody asks for it, which costs nothing until then.
    """

    def __init__(self, backbone: nn.Module, keep: bool) -> None:
        self.backbone = backbone
        self.names: Collection[str] = backbone.state_dict().keys() if keep else ()
        self.kept = _copies(backbone, self.names) if keep else None
        self.replaced = False

    def narrow(self, tensors: Collection[Tensor]) -> None:
        """Care for some tensors of the backbone alone: those that the tuner trains."""
        wanted = {id(tensor) for tensor in tensors}
        state = self.backbone.state_dict(keep_vars=True)
        self.names = [name for name, tensor in state.items() if id(tensor) in wanted]
        if self.kept is not None:
            self.kept = {name: self.kept[name] for name in self.names}

    def note(self, replaced: bool = False) -> None:
        """Take what is there now for the start, as other weights have come.

        Args:
            replaced: Whether they come from elsewhere than ``init_cfg``.
        """
        self.replaced = replaced
        if self.kept is not None:
            self.kept = _copies(self.backbone, self.names)

    def put_back(self, **options: Any) -> None:
        """Restore the original values; refuse, and change nothing, if they are unknown.

        Args:
            **options: ``resize`` and ``optional`` of :func:`mmvpt.models.pretrained.load_pretrained`.
        """
        if self.kept is None and self.names:
            self._read_again(**options)
        self.put_back_kept()

    def put_back_kept(self) -> None:
        """Restore the original values if a copy was kept."""
        _put(self.backbone, self.kept or {})

    def _read_again(self, **options: Any) -> None:
        pretrained, _ = split_init_cfg(getattr(self.backbone, 'init_cfg', None))
        if not pretrained:
            raise self._unknown('there is no init_cfg of type Pretrained to read it from')
        if self.replaced:
            raise self._unknown('a checkpoint has replaced the base that init_cfg names')
        trained = _copies(self.backbone, self.names)
        try:
            report = load_pretrained(self.backbone, **pretrained, **options)
            if lost := set(self.names) & {*report.missing, *report.mismatched, *report.optional}:
                raise self._unknown(f'{pretrained["checkpoint"]} has no {", ".join(sorted(lost)[:3])}')
        except Exception:
            _put(self.backbone, trained)
            raise

    def _unknown(self, why: str) -> ValueError:
        return ValueError(
            f'The tuner trained {len(self.names)} tensors of {type(self.backbone).__name__}, and their start is not '
            f'known: {why}. Build the TunedBackbone with keep_base=True, which keeps a copy on the CPU.'
        )


def _copies(backbone: nn.Module, names: Collection[str]) -> dict[str, Tensor]:
    return {name: tensor.to('cpu', copy=True) for name, tensor in backbone.state_dict().items() if name in names}


@torch.no_grad()
def _put(backbone: nn.Module, start: Mapping[str, Tensor]) -> None:
    state = backbone.state_dict()
    for name, tensor in start.items():
        state[name].copy_(tensor)

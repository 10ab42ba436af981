"""A module of which a delta holds what trains, and how a delta is loaded into it."""

from __future__ import annotations

from abc import abstractmethod

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvpt.files.fingerprint import fingerprint

from .fit import require_fit
from .format import FINGERPRINT


class DeltaModule(BaseModule):
    """A module of which a delta holds what trains.

    The frozen rest is its base. It is part of a child, the backbone, and is recognised by its fingerprint.
    """

    @abstractmethod
    def frozen_state(self) -> dict[str, Tensor]:
        """The base: what does not train in the state dict of the backbone."""

    @abstractmethod
    def bring_base(self) -> None:
        """Load the base, unless it has been loaded."""

    @abstractmethod
    def base_file(self) -> str | None:
        """The file that the base comes from, if the config names one."""

    def base_name(self) -> str:
        """Where the base comes from, for messages."""
        return self.base_file() or 'random, as the config has no init_cfg of type Pretrained'

    def complete_delta(self, state: dict[str, Tensor], prefix: str) -> bool:
        """Complete the state dict of a delta with the base that it was trained on; leave any other state dict alone.

        Args:
            state: What is about to be loaded.
            prefix: Of this module in it.

        Returns:
            Whether it is a delta.
        """
        expected = state.pop(prefix + FINGERPRINT, None)
        if expected is None:
            return False
        base = {f'{prefix}backbone.{name}' for name in self.frozen_state()}
        tuned = {name: tensor for name, tensor in self.state_dict(prefix=prefix).items() if name not in base}
        require_fit(self, tuned, {name: tensor for name, tensor in state.items() if name.startswith(prefix)}, prefix)
        self.bring_base()
        frozen = self.frozen_state()
        self._require_base(bytes(expected.tolist()).hex(), fingerprint(frozen))
        state.update({f'{prefix}backbone.{name}': tensor for name, tensor in frozen.items()})
        return True

    def _require_base(self, expected: str, actual: str) -> None:
        if actual != expected:
            raise ValueError(
                f'This delta was trained on another base. Fingerprint of its base: {expected}; of the one here: '
                f'{actual} ({self.base_name()}). Give the backbone the init_cfg it was trained with.'
            )


def has_delta_modules(model: nn.Module) -> bool:
    """Whether a model has such a module."""
    return any(isinstance(module, DeltaModule) for module in model.modules())


def delta_modules(model: nn.Module) -> dict[str, DeltaModule]:
    """Every such module of a model by its prefix in the state dict, such as ``'backbone.'``."""
    found = {
        f'{name}.' if name else '': module for name, module in model.named_modules() if isinstance(module, DeltaModule)
    }
    if not found:
        raise ValueError(
            f'{type(model).__name__} has no TunedBackbone, so nothing tells its frozen base from the trained rest. '
            "Wrap its backbone: backbone=dict(type='mmvpt.TunedBackbone', backbone=..., tuner=...)."
        )
    return found

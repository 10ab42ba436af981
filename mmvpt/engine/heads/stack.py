"""Copies of one head that train side by side."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from .rules import STACKED_STEPS


@dataclass(frozen=True)
class HeadGroup:
    """Parameters with the same multipliers.

    Args:
        names: Of the parameters in the head.
        rate: What the learning rate of a trial is multiplied with now.
        decay: The same of its weight decay.
    """

    names: Sequence[str]
    rate: float
    decay: float


class StackedHeads:
    """Copies of a head, one for each pair of learning rate and weight decay; all start as the head is.

    Args:
        head: Of a classifier of mmpretrain.
        rates: Learning rate of each copy.
        decays: Weight decay of each.
        optimizer: Its type and options; ``lr`` and ``weight_decay`` in it are not used.
        max_norm: To which the gradients of each copy are clipped; None leaves them.
    """

    def __init__(
        self,
        head: nn.Module,
        rates: Sequence[float],
        decays: Sequence[float],
        optimizer: Mapping,
        max_norm: float | None = None,
    ) -> None:
        self.number = len(rates)
        self.max_norm = max_norm
        device = next(head.parameters()).device
        self.rates, self.decays = (torch.tensor(values, device=device) for values in (rates, decays))
        self.params, self.buffers = stack_module_state([copy.deepcopy(head) for _ in rates])  # type: ignore[list-item]
        self.loss: Any = head.loss_module
        self.head = copy.deepcopy(head).to('meta')
        kind = optimizer['type']
        self.step_of, _ = STACKED_STEPS[kind if isinstance(kind, str) else kind.__name__]
        self.options = {key: value for key, value in optimizer.items() if key not in ('type', 'lr', 'weight_decay')}
        self.state: dict[str, dict[str, Tensor]] = {name: {} for name in self.params}

    def scores(self, features: Tensor, training: bool) -> Tensor:
        """Scores of all copies for the same images (K, B, classes)."""
        self.head.train(training)

        def one(params: dict[str, Tensor], buffers: dict[str, Tensor]) -> Tensor:
            return functional_call(self.head, (params, buffers), ((features,),))

        return vmap(one, randomness='same')(self.params, self.buffers)

    def step(self, features: Tensor, labels: Tensor, groups: Sequence[HeadGroup]) -> Tensor:
        """Train all copies on a batch; return the loss of each (K)."""
        scores = self.scores(features, training=True)
        target = labels.repeat(self.number)
        losses = self.loss(scores.flatten(0, 1), target, reduction_override='none')
        each = losses.reshape(self.number, -1).mean(1)
        names = list(self.params)
        grads = torch.autograd.grad(each.sum(), [self.params[name] for name in names])
        by_name = dict(zip(names, grads, strict=True))
        with torch.no_grad():
            if self.max_norm is not None:
                by_name = _clipped(by_name, self.max_norm)
            for group in groups:
                for name in group.names:
                    self.step_of(
                        self.params[name],
                        by_name[name],
                        self.state[name],
                        self.rates * group.rate,
                        self.decays * group.decay,
                        self.options,
                    )
        return each.detach()

    @torch.no_grad()
    def right(self, features: Tensor, labels: Tensor) -> Tensor:
        """How many images each copy classifies as labelled (K)."""
        return (self.scores(features, training=False).argmax(-1) == labels).sum(1)

    def finite(self) -> Tensor:
        """Whether all weights of each copy are finite (K)."""
        return torch.stack([torch.isfinite(param.detach()).flatten(1).all(1) for param in self.params.values()]).all(0)


def _clipped(grads: Mapping[str, Tensor], max_norm: float) -> dict[str, Tensor]:
    """Gradients of each copy by the norm of all of its own, as ``torch.nn.utils.clip_grad_norm_`` clips them."""
    norm = torch.stack([grad.flatten(1).norm(dim=1) for grad in grads.values()]).norm(dim=0)
    scale = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    return {name: grad * scale.reshape(-1, *(1 for _ in grad.shape[1:])) for name, grad in grads.items()}

"""Muon, an optimizer for training from scratch: matrices move by orthogonal steps.

It is by Keller Jordan (https://kellerjordan.github.io/posts/muon), with the scale of https://arxiv.org/abs/2502.16982,
so that rates are those of AdamW. Our small bases learn in half the steps of AdamW (docs/decisions/0012-a-base.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import Tensor, nn
from torch.optim import Optimizer

from mmvpt.registry import OPTIM_WRAPPER_CONSTRUCTORS, OPTIMIZERS

#: Of the polynomial that pulls singular values to 1, from the page above.
POLYNOMIAL = (3.4445, -4.7750, 2.0315)
STEPS = 5
#: The root mean square of a step of AdamW, nearly.
STEP_SIZE = 0.2


@OPTIMIZERS.register_module()
class Muon(Optimizer):
    """Orthogonal steps for the groups with ``matrices=True``, AdamW for the others.

    Args:
        params: Groups of parameters.
        lr: Rate of all groups that have no other.
        weight_decay: Of all groups that have no other; it is decoupled, as in AdamW.
        momentum: Of orthogonal steps.
        betas: Of AdamW.
        eps: Of AdamW.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        weight_decay: float = 0.05,
        momentum: float = 0.95,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        defaults = dict(
            lr=lr, weight_decay=weight_decay, momentum=momentum, betas=tuple(betas), eps=eps, matrices=False
        )
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update all parameters that have a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            with_gradient = [parameter for parameter in group['params'] if parameter.grad is not None]
            for parameter in with_gradient:
                parameter.mul_(1 - group['lr'] * group['weight_decay'])
            (self._orthogonal if group['matrices'] else self._adamw)(group, with_gradient)
        return loss

    def _orthogonal(self, group: Mapping[str, Any], parameters: list[Tensor]) -> None:
        by_shape: dict[tuple[int, ...], list[tuple[Tensor, Tensor]]] = defaultdict(list)
        for parameter in parameters:
            state, gradient = self.state[parameter], gradient_of(parameter)
            if not state:
                state['momentum'] = torch.zeros_like(parameter)
            state['momentum'].lerp_(gradient, 1 - group['momentum'])
            update = torch.lerp(gradient, state['momentum'], group['momentum'])
            tall = update.shape[0] > update.shape[1]
            flat = update.T if tall else update
            by_shape[tuple(flat.shape)].append((parameter.T if tall else parameter, flat))
        for shape, pairs in by_shape.items():
            updates = orthogonal(torch.stack([update for _, update in pairs]))
            for (parameter, _), update in zip(pairs, updates, strict=True):
                parameter.sub_(update, alpha=group['lr'] * STEP_SIZE * max(shape) ** 0.5)

    def _adamw(self, group: Mapping[str, Any], parameters: list[Tensor]) -> None:
        first, second = group['betas']
        for parameter in parameters:
            state, gradient = self.state[parameter], gradient_of(parameter)
            if not state:
                state.update(steps=0, mean=torch.zeros_like(parameter), square=torch.zeros_like(parameter))
            state['steps'] += 1
            state['mean'].lerp_(gradient, 1 - first)
            state['square'].lerp_(gradient.square(), 1 - second)
            mean = state['mean'] / (1 - first ** state['steps'])
            deviation = (state['square'] / (1 - second ** state['steps'])).sqrt().add_(group['eps'])
            parameter.addcdiv_(mean, deviation, value=-group['lr'])


def gradient_of(parameter: Tensor) -> Tensor:
    """Return the gradient of a parameter that has one."""
    assert parameter.grad is not None
    return parameter.grad


def orthogonal(matrices: Tensor) -> Tensor:
    """Return matrices, (number, rows, columns) with at most as many rows as columns, with singular values near 1."""
    first, third, fifth = POLYNOMIAL
    found = matrices / matrices.norm(dim=(1, 2), keepdim=True).clamp_min(1e-7)
    for _ in range(STEPS):
        square = found @ found.mT
        found = first * found + (third * square + fifth * square @ square) @ found
    return found


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class MuonConstructor:
    """Orthogonal steps for the matrices of the backbone, AdamW for the rest; no decay for biases, norms and tokens.

    Args:
        optim_wrapper_cfg: Config of the wrapper; its optimizer is a :class:`Muon`.
        paramwise_cfg: None; there is nothing to choose.
    """

    def __init__(self, optim_wrapper_cfg: Mapping[str, Any], paramwise_cfg: None = None) -> None:
        self.wrapper = dict(optim_wrapper_cfg)
        self.optimizer = dict(self.wrapper.pop('optimizer'))

    def __call__(self, model: nn.Module) -> OptimWrapper:
        """Make the optimizer."""
        model = getattr(model, 'module', model)
        named = list(model.named_parameters())
        matrices = [p for name, p in named if p.ndim == 2 and name.startswith('backbone.')]
        own = set(map(id, matrices))
        others = [p for _, p in named if id(p) not in own]
        groups: list[dict[str, Any]] = [
            dict(params=matrices, matrices=True),
            dict(params=[p for p in others if is_weight(p)]),
            dict(params=[p for p in others if not is_weight(p)], weight_decay=0.0),
        ]
        groups = [group for group in groups if group['params']]
        return OPTIM_WRAPPERS.build(
            {
                'type': 'OptimWrapper',
                **self.wrapper,
                'optimizer': OPTIMIZERS.build({**self.optimizer, 'params': groups}),
            }
        )


def is_weight(parameter: Tensor) -> bool:
    """Tell weights of layers from biases, norms, tokens and embeddings of positions."""
    return parameter.ndim > 1 and parameter.shape[0] != 1

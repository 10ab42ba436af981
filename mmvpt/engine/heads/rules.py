"""Steps of optimizers for many models at once, each with its own learning rate and weight decay.

They compute what PyTorch's optimizers of the same names do, for parameters that are stacked along a first dimension.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

#: Makes a step in place: parameter and gradient (K, ...), its state, rates and decays (K), options.
StackedStep = Callable[[Tensor, Tensor, dict[str, Tensor], Tensor, Tensor, Mapping[str, object]], None]


def sgd(param: Tensor, grad: Tensor, state: dict, rate: Tensor, decay: Tensor, options: Mapping[str, object]) -> None:
    """A step of ``torch.optim.SGD``."""
    momentum = float(options.get('momentum') or 0.0)  # type: ignore[arg-type]
    dampening = float(options.get('dampening') or 0.0)  # type: ignore[arg-type]
    grad = grad + _along(decay, param) * param
    if momentum:
        if 'momentum' in state:
            state['momentum'].mul_(momentum).add_(grad, alpha=1 - dampening)
        else:
            state['momentum'] = grad.clone()
        grad = grad + momentum * state['momentum'] if options.get('nesterov') else state['momentum']
    param.sub_(_along(rate, param) * grad)


def adamw(param: Tensor, grad: Tensor, state: dict, rate: Tensor, decay: Tensor, options: Mapping[str, object]) -> None:
    """A step of ``torch.optim.AdamW``."""
    betas: Any = options.get('betas') or (0.9, 0.999)
    first, second = map(float, betas)
    eps = float(options.get('eps') or 1e-8)  # type: ignore[arg-type]
    if not state:
        state.update(step=torch.zeros(()), mean=torch.zeros_like(param), square=torch.zeros_like(param))
    state['step'] += 1
    number = float(state['step'])
    param.mul_(1 - _along(rate, param) * _along(decay, param))
    state['mean'].lerp_(grad, 1 - first)
    state['square'].mul_(second).addcmul_(grad, grad, value=1 - second)
    root = (state['square'].sqrt() / (1 - second**number) ** 0.5).add_(eps)
    param.sub_(_along(rate, param) / (1 - first**number) * state['mean'] / root)


#: By the type of the optimizer: its step, and the options that it knows besides rate and decay.
STACKED_STEPS: Mapping[str, tuple[StackedStep, frozenset[str]]] = {
    'SGD': (sgd, frozenset({'momentum', 'dampening', 'nesterov'})),
    'AdamW': (adamw, frozenset({'betas', 'eps'})),
}


def _along(values: Tensor, param: Tensor) -> Tensor:
    """Values of the models (K), shaped to multiply a stacked parameter."""
    return values.reshape(-1, *(1 for _ in param.shape[1:]))

"""Focal loss (https://arxiv.org/abs/1708.02002), of sigmoids and of a softmax.

MMCV compiles it for GPUs only; the formulas are those of its kernels, with probabilities kept from zero as there.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mmvpt.operators.precision import widen

SMALLEST = torch.finfo(torch.float32).tiny


def sigmoid_focal_loss_forward(
    input: Tensor,  # (N, C): logits
    target: Tensor,  # (N,): classes; C is the background
    weight: Tensor,  # (C,), or empty
    output: Tensor,  # (N, C), to be filled
    gamma: float,
    alpha: float,
) -> None:
    """Fill ``output`` with the loss of every logit."""
    p = widen(input).sigmoid()
    positive = -alpha * (1 - p) ** gamma * _log(p)
    negative = -(1 - alpha) * p**gamma * _log(1 - p)
    loss = torch.where(_one_hot(target, input), positive, negative)
    output.copy_(loss * _weights(weight, target, loss)[:, None])


def sigmoid_focal_loss_backward(
    input: Tensor, target: Tensor, weight: Tensor, grad_input: Tensor, gamma: float, alpha: float
) -> None:
    """Fill ``grad_input`` with the derivative of every loss by its logit."""
    p = widen(input).sigmoid()
    positive = -alpha * (1 - p) ** gamma * (1 - p - gamma * p * _log(p))
    negative = -(1 - alpha) * p**gamma * (gamma * (1 - p) * _log(1 - p) - p)
    slope = torch.where(_one_hot(target, input), positive, negative)
    grad_input.copy_(slope * _weights(weight, target, slope)[:, None])


def softmax_focal_loss_forward(
    softmax: Tensor,  # (N, C): probabilities
    target: Tensor,  # (N,): classes; below zero are ignored
    weight: Tensor,  # (C,), or empty
    output: Tensor,  # (N,), to be filled
    gamma: float,
    alpha: float,
) -> None:
    """Fill ``output`` with the loss of every sample."""
    p = _probability(softmax, target)
    loss = -alpha * (1 - p) ** gamma * _log(p)
    output.copy_(loss * _weights(weight, target, loss) * (target >= 0))


def softmax_focal_loss_backward(
    softmax: Tensor,
    target: Tensor,
    weight: Tensor,
    buff: Tensor,  # (N,), to be filled: the factor that all classes of a sample share
    grad_input: Tensor,  # (N, C), to be filled
    gamma: float,
    alpha: float,
) -> None:
    """Fill ``grad_input`` with the derivatives of every loss by the logits of its sample."""
    p = _probability(softmax, target)
    slope = alpha * (gamma * (1 - p) ** (gamma - 1) * p * _log(p) - (1 - p) ** gamma)
    buff.copy_(slope * _weights(weight, target, slope) * (target >= 0))
    grad_input.copy_(widen(buff)[:, None] * (_one_hot(target, softmax).float() - widen(softmax)))


def _log(p: Tensor) -> Tensor:
    return p.clamp(min=SMALLEST).log()


def _one_hot(target: Tensor, like: Tensor) -> Tensor:  # (N, C); rows of the background are empty
    return target[:, None] == torch.arange(like.shape[1], device=like.device)


def _probability(softmax: Tensor, target: Tensor) -> Tensor:
    return widen(softmax).gather(1, target.clamp(min=0)[:, None])[:, 0]


def _weights(weight: Tensor, target: Tensor, like: Tensor) -> Tensor:
    """Return the weight of each sample's class; one where there are no weights, or none for this class."""
    if not weight.numel():
        return torch.ones_like(target, dtype=like.dtype)
    known = (target >= 0) & (target < len(weight))
    return torch.where(known, weight.to(like)[target.clamp(0, len(weight) - 1)], 1.0)

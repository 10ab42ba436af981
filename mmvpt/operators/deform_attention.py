"""Multi-scale deformable attention (https://arxiv.org/abs/2010.04159).

MMCV compiles it only for GPUs, and has a PyTorch version for CPUs. Here that version is used on GPUs too.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mmvpt.operators.precision import widen


def ms_deform_attn_forward(
    value: Tensor,  # (B, keys of all levels, heads, head_dim)
    value_spatial_shapes: Tensor,  # (levels, 2): heights and widths
    value_level_start_index: Tensor,
    sampling_locations: Tensor,  # (B, queries, heads, levels, points, 2): x and y from 0 to 1
    attention_weights: Tensor,  # (B, queries, heads, levels, points)
    im2col_step: int,
) -> Tensor:  # (B, queries, heads * head_dim)
    """Return the weighted mean of the values at the sampled places."""
    inputs = (widen(tensor) for tensor in (value, sampling_locations, attention_weights))
    return _attend(value_spatial_shapes, *inputs).to(value)


def ms_deform_attn_backward(
    value: Tensor,
    value_spatial_shapes: Tensor,
    value_level_start_index: Tensor,
    sampling_locations: Tensor,
    attention_weights: Tensor,
    grad_output: Tensor,
    grad_value: Tensor,
    grad_sampling_loc: Tensor,
    grad_attn_weight: Tensor,
    im2col_step: int,
) -> None:
    """Fill the gradients of the values, the places and the weights."""
    inputs = [widen(tensor).detach().requires_grad_() for tensor in (value, sampling_locations, attention_weights)]
    with torch.enable_grad():
        output = _attend(value_spatial_shapes, *inputs)
    grads = torch.autograd.grad(output, inputs, widen(grad_output))
    for room, grad in zip((grad_value, grad_sampling_loc, grad_attn_weight), grads, strict=True):
        room.copy_(grad)


def _attend(shapes: Tensor, value: Tensor, locations: Tensor, weights: Tensor) -> Tensor:
    from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch  # it imports this module

    return multi_scale_deformable_attn_pytorch(value, shapes, locations, weights)

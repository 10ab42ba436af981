"""Deformable convolution (https://arxiv.org/abs/1703.06211), and modulated (https://arxiv.org/abs/1811.11168)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
import torchvision  # noqa: F401  makes its operators known to torch.ops
from torch import Tensor

from mmvpt.operators.precision import widen


@dataclass(frozen=True)
class Sampling:
    """Where a convolution reads its input; pairs are (height, width)."""

    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int
    offset_groups: int

    @classmethod
    def of(cls, options: Mapping[str, int]) -> Sampling:
        """Read the options of the convolution without modulation."""
        stride, padding, dilation = ((options[f'{name}H'], options[f'{name}W']) for name in ('d', 'pad', 'dilation'))
        return cls(stride, padding, dilation, options['group'], options['deformable_group'])

    @classmethod
    def of_modulated(cls, options: Mapping[str, int]) -> Sampling:
        """Read the options of the modulated convolution."""
        stride, padding, dilation = (
            (options[f'{name}_h'], options[f'{name}_w']) for name in ('stride', 'pad', 'dilation')
        )
        return cls(stride, padding, dilation, options['group'], options['deformable_group'])

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return all options in the order of torchvision."""
        return (*self.stride, *self.padding, *self.dilation, self.groups, self.offset_groups)


def deform_conv_forward(
    input: Tensor, weight: Tensor, offset: Tensor, output: Tensor, columns: Tensor, ones: Tensor, **options: int
) -> None:
    """Fill ``output``; ``columns`` and ``ones`` are room for work that torchvision does not need."""
    output.copy_(_convolve(input, weight, offset, None, None, Sampling.of(options)))


def deform_conv_backward_input(
    input: Tensor,
    offset: Tensor,
    gradOutput: Tensor,
    gradInput: Tensor,
    gradOffset: Tensor,
    weight: Tensor,
    columns: Tensor,
    **options: int,
) -> None:
    """Fill the gradients of the input and of the offsets."""
    grads = _gradients(gradOutput, input, weight, offset, None, None, Sampling.of(options))
    gradInput.copy_(grads['input'])
    gradOffset.copy_(grads['offset'])


def deform_conv_backward_parameters(
    input: Tensor,
    offset: Tensor,
    gradOutput: Tensor,
    gradWeight: Tensor,
    columns: Tensor,
    ones: Tensor,
    scale: float,
    **options: int,
) -> None:
    """Fill the gradient of the weights."""
    weight = torch.zeros_like(gradWeight)  # the gradient of the weights does not depend on the weights
    grads = _gradients(gradOutput, input, weight, offset, None, None, Sampling.of(options))
    gradWeight.copy_(scale * grads['weight'])


def modulated_deform_conv_forward(
    input: Tensor,
    weight: Tensor,
    bias: Tensor,
    ones: Tensor,
    offset: Tensor,
    mask: Tensor,
    output: Tensor,
    columns: Tensor,
    with_bias: bool,
    **options: int,
) -> None:
    """Fill ``output``; ``columns`` and ``ones`` are room for work that torchvision does not need."""
    output.copy_(_convolve(input, weight, offset, mask, bias if with_bias else None, Sampling.of_modulated(options)))


def modulated_deform_conv_backward(
    input: Tensor,
    weight: Tensor,
    bias: Tensor,
    ones: Tensor,
    offset: Tensor,
    mask: Tensor,
    columns: Tensor,
    grad_input: Tensor,
    grad_weight: Tensor,
    grad_bias: Tensor,
    grad_offset: Tensor,
    grad_mask: Tensor,
    grad_output: Tensor,
    with_bias: bool,
    **options: int,
) -> None:
    """Fill all gradients."""
    layout = Sampling.of_modulated(options)
    grads = _gradients(grad_output, input, weight, offset, mask, bias if with_bias else None, layout)
    grad_input.copy_(grads['input'])
    grad_weight.copy_(grads['weight'])
    grad_offset.copy_(grads['offset'])
    grad_mask.copy_(grads['mask'])
    if with_bias:
        grad_bias.copy_(grads['bias'])


def _convolve(
    input: Tensor, weight: Tensor, offset: Tensor, mask: Tensor | None, bias: Tensor | None, layout: Sampling
) -> Tensor:
    inputs = _inputs(input, weight, offset, mask, bias)
    return torch.ops.torchvision.deform_conv2d(*inputs, *layout.numbers, mask is not None)


def _gradients(
    grad: Tensor,
    input: Tensor,
    weight: Tensor,
    offset: Tensor,
    mask: Tensor | None,
    bias: Tensor | None,
    layout: Sampling,
) -> dict[str, Tensor]:
    inputs = _inputs(input, weight, offset, mask, bias)
    backward = torch.ops.torchvision._deform_conv2d_backward
    grads = backward(widen(grad).contiguous(), *inputs, *layout.numbers, mask is not None)
    named = dict(zip(('input', 'weight', 'offset', 'mask', 'bias'), grads, strict=True))
    named['offset'] = named['offset'].masked_fill(_at_the_rim(inputs[2], weight.shape[2:], layout), 0)
    return named


def _inputs(input: Tensor, weight: Tensor, offset: Tensor, mask: Tensor | None, bias: Tensor | None) -> list[Tensor]:
    """Return the five tensors for torchvision, without half precision."""
    mask = input.new_zeros(len(input), 1) if mask is None else mask
    bias = input.new_zeros(len(weight)) if bias is None else bias
    return [widen(tensor) for tensor in (input, weight, offset, mask, bias)]


def _at_the_rim(offset: Tensor, kernel: Sequence[int], layout: Sampling) -> Tensor:
    """Find the offsets that lead exactly one pixel out of the image, above it or left of it.

    The value there is zero and has no derivative, because it is zero on one side only. The compiled operators return
    zero, torchvision the slope of the other side. Untrained offsets in a padded convolution are such offsets.
    """
    batch, _, height, width = offset.shape
    pairs = offset.view(batch, layout.offset_groups, *kernel, 2, height, width)
    rows, columns = (
        layout.dilation[axis] * _count(kernel[axis], offset)[:, None]
        + layout.stride[axis] * _count(size, offset)
        - layout.padding[axis]
        for axis, size in enumerate((height, width))
    )
    y = pairs[..., 0, :, :] + rows[:, None, :, None]
    x = pairs[..., 1, :, :] + columns[None, :, None, :]
    rim = (y == -1) | (x == -1)
    return rim.unsqueeze(-3).expand_as(pairs).reshape(offset.shape)


def _count(size: int, like: Tensor) -> Tensor:
    return torch.arange(size, device=like.device, dtype=like.dtype)

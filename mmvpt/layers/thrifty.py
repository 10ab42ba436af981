"""Frozen layers that keep for the backward pass only what the gradient of their input needs.

PyTorch keeps the input of a convolution for the gradient of its weight, and that of a batch norm in eval mode for the
gradient of its scale, whether these train or not (https://arxiv.org/abs/2404.12406 measures it); a ReLU keeps its
output, although its signs are enough. After a prompt none of that is needed.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn.grad import conv2d_input

from .acts import swap_class


def make_thrifty(module: nn.Module) -> None:
    """Make the frozen layers inside a module keep less, in place; keys and weights do not change."""
    for parent in module.modules():
        frozen = not any(param.requires_grad for param in parent.parameters())
        for child in parent.children():
            thrifty = THRIFTY.get(type(child))
            if thrifty and (frozen or child._parameters) and not any(p.requires_grad for p in child.parameters()):
                swap_class(child, thrifty)


class _Thrifty(nn.Module):
    """Uses a kernel that saves memory where only the input needs a gradient."""

    def forward(self, x: Tensor) -> Tensor:
        wanted = torch.is_grad_enabled() and x.requires_grad and not torch.compiler.is_compiling()
        return self.thrifty(x) if wanted and self.applies() else super().forward(x)

    def applies(self) -> bool:
        """Whether the layer is frozen, and of a kind that the kernel computes."""
        return not any(param.requires_grad for param in self.parameters(recurse=False))

    def thrifty(self, x: Tensor) -> Tensor:
        """The output of the layer, by the kernel that saves memory."""
        raise NotImplementedError


class ThriftyConv2d(_Thrifty, nn.Conv2d):
    """A convolution that keeps its weight alone."""

    def applies(self) -> bool:
        return super().applies() and self.padding_mode == 'zeros' and not isinstance(self.padding, str)

    def thrifty(self, x: Tensor) -> Tensor:
        return _Convolve.apply(x, self.weight, self.bias, (self.stride, self.padding, self.dilation, self.groups))


class _ThriftyBatchNorm(_Thrifty):
    """A batch norm in eval mode that keeps its scale alone."""

    def applies(self) -> bool:
        assert isinstance(self, nn.modules.batchnorm._BatchNorm)
        return super().applies() and not self.training and self.affine and self.track_running_stats

    def thrifty(self, x: Tensor) -> Tensor:
        assert isinstance(self, nn.modules.batchnorm._BatchNorm)
        return _Normalize.apply(x, self.running_mean, self.running_var, self.weight, self.bias, self.eps)


class ThriftyBatchNorm2d(_ThriftyBatchNorm, nn.BatchNorm2d):
    """A batch norm of feature maps that keeps its scale alone."""


class ThriftySyncBatchNorm(_ThriftyBatchNorm, nn.SyncBatchNorm):
    """A batch norm over all processes that keeps its scale alone."""


class ThriftyReLU(_Thrifty, nn.ReLU):
    """A ReLU that keeps signs, a byte each."""

    def thrifty(self, x: Tensor) -> Tensor:
        return _Rectify.apply(x, self.inplace)


#: Layers, of exactly these classes, and what becomes of them.
THRIFTY: dict[type[nn.Module], type[_Thrifty]] = {
    nn.Conv2d: ThriftyConv2d,
    nn.BatchNorm2d: ThriftyBatchNorm2d,
    nn.SyncBatchNorm: ThriftySyncBatchNorm,
    nn.ReLU: ThriftyReLU,
}


class _Context(FunctionCtx):
    """What a forward pass leaves for its backward pass."""

    saved_tensors: tuple[Tensor, ...]
    shape: torch.Size
    geometry: tuple
    eps: float


class _Convolve(torch.autograd.Function):
    @staticmethod
    def forward(ctx: _Context, x: Tensor, weight: Tensor, bias: Tensor | None, geometry: tuple) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.shape, ctx.geometry = x.shape, geometry
        return F.conv2d(x, weight, bias, *geometry)

    @staticmethod
    @once_differentiable
    def backward(ctx: _Context, grad: Tensor) -> tuple:
        (weight,) = ctx.saved_tensors
        return conv2d_input(ctx.shape, weight.to(grad.dtype), grad, *ctx.geometry), None, None, None


class _Normalize(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: _Context, x: Tensor, mean: Tensor, variance: Tensor, weight: Tensor, bias: Tensor, eps: float
    ) -> Tensor:
        ctx.save_for_backward(variance, weight)
        ctx.eps = eps
        return F.batch_norm(x, mean, variance, weight, bias, eps=eps)

    @staticmethod
    @once_differentiable
    def backward(ctx: _Context, grad: Tensor) -> tuple:
        variance, weight = ctx.saved_tensors
        scale = weight * torch.rsqrt(variance + ctx.eps)
        return grad * scale.to(grad.dtype).view(-1, 1, 1), None, None, None, None, None


class _Rectify(torch.autograd.Function):
    @staticmethod
    def forward(ctx: _Context, x: Tensor, inplace: bool) -> Tensor:
        if inplace:
            ctx.mark_dirty(x)
        output = F.relu(x, inplace)
        ctx.save_for_backward(output > 0)
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx: _Context, grad: Tensor) -> tuple:
        (positive,) = ctx.saved_tensors
        return grad * positive, None

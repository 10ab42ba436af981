"""Frozen layers give the same gradients and keep less for them."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.analysis.measure import saved_bytes
from mmvpt.layers.thrifty import ThriftyBatchNorm2d, ThriftyConv2d, ThriftyReLU, ThriftySyncBatchNorm, make_thrifty


def small_cnn(inplace: bool = True) -> nn.Module:
    torch.manual_seed(0)
    cnn = nn.Sequential(
        nn.Conv2d(4, 8, 3, stride=2, padding=1, groups=2),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace),
        nn.Conv2d(8, 8, 3, padding=2, dilation=2, bias=False),
        nn.SyncBatchNorm(8),
        nn.ReLU(inplace),
    )
    for module in cnn:
        if isinstance(module, (nn.BatchNorm2d, nn.SyncBatchNorm)):
            for tensor in (module.weight, module.bias, module.running_mean, module.running_var):
                nn.init.uniform_(tensor, 0.5, 1.5)
    return cnn.requires_grad_(False).eval()


def gradient(module: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    x = x.clone().requires_grad_()
    y = module(x * 1)
    generator = torch.Generator().manual_seed(1)
    y.backward(torch.randn(y.shape, generator=generator, dtype=torch.float64).to(y))
    return y, x.grad


@pytest.mark.parametrize('inplace', [True, False])
def test_outputs_and_gradients_are_those_of_the_stock_layers(inplace: bool) -> None:
    stock = small_cnn(inplace).double()
    thrifty = copy.deepcopy(stock)
    make_thrifty(thrifty)
    x = torch.randn(2, 4, 9, 11, dtype=torch.float64)
    assert_close(gradient(thrifty, x), gradient(stock, x), rtol=0, atol=1e-12)
    assert thrifty.state_dict().keys() == stock.state_dict().keys()


def test_much_less_is_kept() -> None:
    stock = small_cnn()
    thrifty = copy.deepcopy(stock)
    make_thrifty(thrifty)
    x = torch.randn(2, 4, 32, 32, requires_grad=True)
    kept, stock_kept = (saved_bytes(lambda m=m: m(x * 1), [m]) for m in (thrifty, stock))
    signs = 2 * (2 * 8 * 16 * 16)
    assert kept <= signs + 1024
    assert stock_kept > 8 * signs


def test_what_trains_is_left_alone() -> None:
    cnn = small_cnn()
    cnn[3].weight.requires_grad_()
    make_thrifty(cnn)
    assert [type(layer) for layer in cnn] == [
        ThriftyConv2d,
        ThriftyBatchNorm2d,
        nn.ReLU,
        nn.Conv2d,
        ThriftySyncBatchNorm,
        nn.ReLU,
    ]


def test_a_layer_that_is_unfrozen_later_trains() -> None:
    cnn = small_cnn()
    make_thrifty(cnn)
    cnn.requires_grad_().train()
    cnn[4].eval()  # SyncBatchNorm trains on GPUs only
    cnn(torch.randn(2, 4, 8, 8)).sum().backward()
    assert all(param.grad is not None for param in cnn.parameters())
    assert cnn[1].num_batches_tracked == 1


def test_half_precision_gives_gradients_of_the_input() -> None:
    stock = small_cnn()
    thrifty = copy.deepcopy(stock)
    make_thrifty(thrifty)
    x = torch.randn(2, 4, 16, 16)
    with torch.autocast('cpu', torch.bfloat16):
        ours, theirs = gradient(thrifty, x), gradient(stock, x)
    assert_close(ours, theirs, rtol=0.02, atol=0.02)


def test_a_subclass_is_left_alone_and_so_is_padding_that_the_other_way_lacks() -> None:
    class MyReLU(nn.ReLU):
        pass

    module = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1, padding_mode='circular'), MyReLU()).requires_grad_(False)
    stock = copy.deepcopy(module)
    make_thrifty(module)
    assert type(module[1]) is MyReLU
    assert type(module[0]) is ThriftyConv2d
    assert ThriftyReLU not in {type(layer) for layer in module}
    x = torch.randn(1, 1, 6, 6)
    assert_close(gradient(module, x), gradient(stock, x))

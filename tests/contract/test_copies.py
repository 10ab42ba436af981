"""Copies of the backbones of the contract are apart, and like those of ``copy.deepcopy``."""

import torch
from torch import nn

from .copies import Mould


def test_copies_share_nothing_and_keep_what_is_tied():
    module = nn.ModuleDict(dict(first=nn.Linear(2, 2), second=nn.Linear(2, 2), norm=nn.BatchNorm1d(2)))
    module.second.weight = module.first.weight
    module.first.bias.requires_grad_(False)
    mould = Mould(module)
    one, other = mould.cast(), mould.cast()
    assert one.state_dict().keys() == module.state_dict().keys()
    assert all(torch.equal(value, module.state_dict()[name]) for name, value in one.state_dict().items())
    assert one.second.weight is one.first.weight
    assert [param.requires_grad for param in one.parameters()] == [param.requires_grad for param in module.parameters()]
    nn.init.ones_(one.first.weight)
    nn.init.ones_(one.norm.running_mean)
    assert not torch.equal(other.first.weight, one.first.weight)
    assert not torch.equal(other.norm.running_mean, one.norm.running_mean)
    assert torch.equal(other.first.weight, module.first.weight)

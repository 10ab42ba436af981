import copy

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from torch import nn

from mmvpt.engine.muon import Muon, is_weight, orthogonal

WRAPPER = dict(constructor='mmvpt.MuonConstructor', optimizer=dict(type='mmvpt.Muon', lr=0.01))


class Small(nn.Module):
    """A backbone with a matrix, a token and a norm, and a head."""

    def __init__(self):
        super().__init__()
        self.backbone = nn.ModuleDict(dict(fc=nn.Linear(6, 4), norm=nn.LayerNorm(4)))
        self.backbone.register_parameter('token', nn.Parameter(torch.randn(1, 1, 6)))
        self.head = nn.Linear(4, 3)

    def forward(self, rows):
        return self.head(self.backbone['norm'](self.backbone['fc'](rows + self.backbone.token[0])))


def gradients(model, seed=0):
    torch.manual_seed(seed)
    model.zero_grad()
    model(torch.randn(8, 6)).square().sum().backward()


def test_updates_are_orthogonal():
    torch.manual_seed(0)
    found = orthogonal(torch.randn(3, 5, 9))
    for matrix in found:
        values = torch.linalg.svdvals(matrix)
        assert 0.6 < values.min() and values.max() < 1.3
    same = orthogonal(100 * torch.ones(1, 1, 4))
    assert torch.allclose(same, torch.full((1, 1, 4), same[0, 0, 0].item()))


def test_each_parameter_is_in_the_right_group():
    model = Small()
    groups = build_optim_wrapper(model, WRAPPER).optimizer.param_groups
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found = [{names[id(parameter)] for parameter in group['params']} for group in groups]
    assert found[0] == {'backbone.fc.weight'} and groups[0]['matrices']
    assert found[1] == {'head.weight'} and groups[1]['weight_decay'] == 0.05
    assert groups[2]['weight_decay'] == 0 and not groups[2]['matrices']
    assert set().union(*found) == set(names.values())
    assert not is_weight(model.backbone.token)


def test_what_is_no_matrix_moves_as_with_adamw():
    first, second = (Small() for _ in range(2))
    second.load_state_dict(first.state_dict())
    ours = Muon([dict(params=list(first.parameters()))], lr=0.01, weight_decay=0.1)
    theirs = torch.optim.AdamW(second.parameters(), lr=0.01, weight_decay=0.1)
    for seed in range(3):
        for model, optimizer in ((first, ours), (second, theirs)):
            gradients(model, seed)
            optimizer.step()
    for name, parameter in first.state_dict().items():
        assert torch.allclose(parameter, second.state_dict()[name], atol=1e-6), name


@pytest.mark.parametrize('shape', [(4, 6), (6, 4)])
def test_matrices_move_by_the_rate_in_all_directions(shape):
    torch.manual_seed(0)
    parameter = nn.Parameter(torch.zeros(shape))
    parameter.grad = torch.randn(shape)
    Muon([dict(params=[parameter], matrices=True)], lr=0.1, weight_decay=0).step()
    values = torch.linalg.svdvals(parameter.detach()) / (0.1 * 0.2 * 6**0.5)
    assert 0.6 < values.min() and values.max() < 1.3
    assert (parameter * parameter.grad).sum() < 0


def test_a_resumed_optimizer_goes_on_as_if_nothing_had_happened():
    model = Small()
    optimizer = build_optim_wrapper(model, WRAPPER).optimizer
    gradients(model)
    optimizer.step()
    other = Small()
    other.load_state_dict(model.state_dict())
    resumed = build_optim_wrapper(other, WRAPPER).optimizer
    resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for one, by in ((model, optimizer), (other, resumed)):
        gradients(one, 1)
        by.step()
    for name, parameter in model.state_dict().items():
        assert torch.equal(parameter, other.state_dict()[name]), name


def test_parameters_without_a_gradient_stay():
    model = Small()
    before = copy.deepcopy(model.state_dict())
    optimizer = build_optim_wrapper(model, WRAPPER).optimizer
    optimizer.step()
    assert all(torch.equal(parameter, before[name]) for name, parameter in model.state_dict().items())

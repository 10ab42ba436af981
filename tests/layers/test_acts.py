"""Acts are noted where they are done, and undo what was done and nothing else."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from mmvpt.layers.acts import Act, hook_after, hook_before, noting, swap_class
from mmvpt.layers.low_rank import adopt_linear


class Louder(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return 2 * super().forward(x)


class Loudest(Louder):
    pass


def double(module: nn.Module, args: tuple, output: Tensor) -> Tensor:
    return 2 * output


def undo(acts: list[Act]) -> None:
    for act in reversed(acts):
        act.undo()


def test_nothing_is_noted_unless_somebody_asks() -> None:
    acts: list[Act] = []
    layer = nn.Linear(2, 2)
    with noting(acts, layer):
        pass
    swap_class(layer, Louder)
    assert acts == []


def test_hooks_classes_and_attributes_are_undone() -> None:
    layer, x = nn.Linear(2, 2), torch.randn(3, 2)
    before, names = layer(x), set(vars(layer))
    acts: list[Act] = []
    with noting(acts, layer):
        swap_class(layer, Louder, gain=2)
        hook_after(layer, double)
        hook_before(layer, lambda module, args: (args[0] + 1,))
    assert torch.equal(layer(x), 4 * nn.Linear.forward(layer, x + 1))
    undo(acts)
    assert type(layer) is nn.Linear
    assert set(vars(layer)) == names
    assert torch.equal(layer(x), before)


def test_hooks_of_others_stay() -> None:
    layer, x = nn.Linear(2, 2), torch.randn(3, 2)
    layer.register_forward_hook(double)
    acts: list[Act] = []
    with noting(acts, layer):
        hook_after(layer, double)
    layer.register_forward_hook(double)
    undo(acts)
    assert torch.equal(layer(x), 4 * layer.forward(x))


def test_a_class_that_somebody_has_changed_again_stays() -> None:
    layer = nn.Linear(2, 2)
    acts: list[Act] = []
    with noting(acts, layer):
        swap_class(layer, Louder)
    swap_class(layer, Loudest)
    undo(acts)
    assert type(layer) is Loudest


def test_entries_of_lists_are_noted_in_order_and_taken_out_one_by_one() -> None:
    layer = adopt_linear(nn.Linear(2, 2))
    layer.updates.append('there before')
    layer.sources = 7  # what another package may call so
    acts: list[Act] = []
    tuner = nn.Identity()
    with noting(acts, layer, tuner):
        layer.updates += ['first', 'second']
    assert [(act.name, act.by, act.tuner) for act in acts] == [('edit', 'first', tuner), ('edit', 'second', tuner)]
    acts[0].undo()
    assert layer.updates == ['there before', 'second']


def test_acts_of_a_copy_undo_what_was_done_to_the_copy() -> None:
    layer, x = nn.Linear(2, 2), torch.randn(3, 2)
    acts: list[Act] = []
    with noting(acts, layer):
        swap_class(layer, Louder)
        hook_after(layer, double)
    twin, its_acts = copy.deepcopy((layer, acts))
    undo(its_acts)
    assert torch.equal(layer(x), 4 * twin(x))

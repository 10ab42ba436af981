"""A pretrained file is loaded as numbers of its backbone, or refused by its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mmvpt.models.pretrained import load_pretrained
from mmvpt.text.refused import Refused


class Counted(nn.Module):
    """Weights, and a count as batch norms have."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.register_buffer('count', torch.tensor(5))


def saved(folder: Path, state: object) -> str:
    torch.save(dict(state_dict=state), folder / 'base.pth')
    return str(folder / 'base.pth')


def state_of(module: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float64])
def test_floats_of_another_width_are_taken(tmp_path: Path, dtype: torch.dtype) -> None:
    source, backbone = Counted(), Counted()
    load_pretrained(backbone, saved(tmp_path, {name: tensor.to(dtype) for name, tensor in state_of(source).items()}))
    assert torch.equal(backbone.fc.weight, source.fc.weight.to(dtype).float()) and backbone.count == 5


WRONG: dict[str, tuple[Callable[[dict[str, Tensor]], object], str]] = {
    'NaN': (lambda state: state['fc.bias'].fill_(float('nan')), r'fc\.bias holds NaN or infinity'),
    'infinity': (
        lambda state: state['fc.weight'].view(-1)[3].fill_(-float('inf')),
        r'fc\.weight holds NaN or infinity',
    ),
    'integers': (lambda state: state.update({'fc.bias': torch.ones(2, dtype=torch.int8)}), r'fc\.bias is torch\.int8'),
    'booleans': (lambda state: state.update({'fc.bias': torch.ones(2).bool()}), r'fc\.bias is torch\.bool'),
    'complex numbers': (lambda state: state.update({'fc.bias': torch.ones(2) * 1j}), r'fc\.bias is torch\.complex64'),
    'a number for a tensor': (lambda state: state.update({'fc.bias': 3}), r'fills 66\.7%.*of the model'),
    'nothing': (lambda state: state.clear(), 'it holds no tensors'),
}


@pytest.mark.parametrize('how', WRONG)
def test_what_is_no_numbers_of_the_backbone_is_refused(tmp_path: Path, how: str) -> None:
    change, message = WRONG[how]
    state = state_of(Counted())
    change(state)
    with pytest.raises(Refused, match=rf'base\.pth.*{message}'):
        load_pretrained(Counted(), saved(tmp_path, state))


def test_not_finite_numbers_that_are_resized_are_refused(tmp_path: Path) -> None:
    state = {**state_of(Counted()), 'fc.bias': torch.full((4,), float('nan'))}
    with pytest.raises(Refused, match=r'base\.pth: fc\.bias holds NaN'):
        load_pretrained(Counted(), saved(tmp_path, state), resize=lambda name, value, own: value[: len(own)])


def test_what_the_backbone_does_not_take_may_hold_anything(tmp_path: Path) -> None:
    state = {**state_of(Counted()), 'head.mask': torch.full((2,), -float('inf')), 'head.names': torch.ones(1).bool()}
    assert load_pretrained(Counted(), saved(tmp_path, state)).unexpected == ['head.mask', 'head.names']


def test_a_prefix_that_no_name_has_is_answered_with_those_that_are_there(tmp_path: Path) -> None:
    state = {f'encoder.{name}': tensor for name, tensor in state_of(Counted()).items()}
    with pytest.raises(
        Refused, match=r"No key of .*base\.pth starts with prefix='backbone\.'.* start with: encoder\. Set"
    ):
        load_pretrained(Counted(), saved(tmp_path, state), prefix='backbone')
    load_pretrained(Counted(), saved(tmp_path, state), prefix='encoder')

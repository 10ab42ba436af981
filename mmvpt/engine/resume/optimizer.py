"""States of optimizers and schedulers that a run may go on from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mmengine.optim import OptimWrapperDict
from torch import Tensor
from torch.optim import Optimizer

from mmvpt.files.schema import is_count
from mmvpt.files.tensors import is_finite

from .values import is_finite_number, is_like

#: Tensors of an optimizer that are as large as the parameter that they are of.
AS_LARGE = (
    'momentum_buffer', 'exp_avg', 'exp_avg_sq', 'max_exp_avg_sq', 'exp_inf', 'sum', 'square_avg', 'grad_avg',
    'acc_delta',
)  # fmt: skip
#: Numbers of schedulers that divide, or that end them.
POSITIVE_VALUES = ('T_max', 'step_size', 'total_steps', 'end')
#: Numbers of schedulers of which there is one for each group of the optimizer.
BY_GROUP = ('base_values', '_last_value')
#: What says which option a scheduler moves; with another one it is another scheduler.
MOVES = 'param_name'


def wrong_in_optimizer(wrapper: object, state: object) -> str | None:
    """Say what is wrong with the state of an optimizer, or of several by name, for a run; None where nothing is."""
    if not isinstance(state, Mapping):
        return 'optimizer is no dict'
    if isinstance(wrapper, OptimWrapperDict):
        return next(
            (wrong for name, own in wrapper.items() if (wrong := wrong_in_optimizer(own, state.get(name)))), None
        )
    optimizer = getattr(wrapper, 'optimizer', None)
    return next(_wrong_in(optimizer, state), None) if isinstance(optimizer, Optimizer) else None


def _wrong_in(optimizer: Optimizer, state: Mapping[str, object]) -> Iterator[str]:
    groups, tensors = state.get('param_groups'), state.get('state')
    if not isinstance(groups, list) or not isinstance(tensors, Mapping):
        yield 'optimizer has no param_groups or no state'
        return
    own = optimizer.state_dict()['param_groups']
    if len(groups) != len(own):
        yield f'optimizer has {len(groups)} groups of parameters, and this run has {len(own)}'
        return
    for index, (group, mine) in enumerate(zip(groups, own, strict=True)):
        yield from _wrong_in_group(group, mine, f'optimizer.param_groups.{index}')
    params = [param for group in optimizer.param_groups for param in group['params']]
    numbered = dict(zip((number for group in own for number in group['params']), params, strict=True))
    for number, values in tensors.items():
        if number not in numbered or not isinstance(values, Mapping):
            yield f'optimizer.state.{number} is of no parameter of this run'
            return
        yield from _wrong_in_state(values, numbered[number], f'optimizer.state.{number}')


def _wrong_in_group(group: object, own: Mapping[str, object], place: str) -> Iterator[str]:
    if not isinstance(group, Mapping) or group.get('params') != own['params']:
        yield f'{place} has other parameters than this run'
        return
    for name in own.keys() & group.keys() - {'params'}:
        value, mine = _number_in(group[name]), _number_in(own[name])
        if not is_like(value, mine) or (name == 'lr' and isinstance(value, int | float) and value < 0):
            yield f'{place}.{name} is {str(value)[:60]}, and this run has {mine}'


def _number_in(value: object) -> object:
    """The number of a tensor of one, such as a rate for compiled steps; any other value as it is."""
    return value.item() if isinstance(value, Tensor) and value.numel() == 1 else value


def _wrong_in_state(values: Mapping[object, object], param: Tensor, place: str) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Tensor):
            yield from (f'{place}.{name} {wrong}' for wrong in _wrong_with(name, value, param))
        elif name in AS_LARGE and value is not None:
            yield f'{place}.{name} is no tensor'
        elif isinstance(value, int | float) and not isinstance(value, bool) and not is_finite_number(value):
            yield f'{place}.{name} is {value}'


def _wrong_with(name: object, value: Tensor, param: Tensor) -> Iterator[str]:
    if name in AS_LARGE and value.shape != param.shape:
        yield f'has the shape {tuple(value.shape)}, and its parameter has {tuple(param.shape)}'
    elif name in AS_LARGE and (value.is_floating_point(), value.is_complex()) != (
        param.is_floating_point(),
        param.is_complex(),
    ):
        yield f'holds {value.dtype}, and its parameter {param.dtype}'
    elif not is_finite(value):
        yield 'holds NaN or infinity'


def wrong_in_schedulers(built: object, states: object) -> str | None:
    """Say what is wrong with the states of schedulers, or of those of several optimizers; None where nothing is."""
    if isinstance(built, Mapping):
        if not isinstance(states, Mapping):
            return 'param_schedulers is no dict'
        return next((wrong for name in built if (wrong := wrong_in_schedulers(built[name], states.get(name)))), None)
    if not isinstance(states, list) or not isinstance(built, Sequence) or len(states) != len(built):
        count = len(states) if isinstance(states, list) else type(states).__name__
        return f'param_schedulers are {count}, and this run has {len(list(built)) if isinstance(built, list) else 0}'
    pairs = enumerate(zip(built, states, strict=True))
    return next((wrong for index, (one, state) in pairs for wrong in _wrong_in_scheduler(one, state, index)), None)


def _length(value: object) -> int | None:
    return len(value) if isinstance(value, Sequence) else None


def _wrong_in_scheduler(scheduler: object, state: object, index: int) -> Iterator[str]:
    place = f'param_schedulers.{index}'
    own: dict[str, object] = getattr(scheduler, 'state_dict', dict)()
    if not isinstance(state, Mapping) or not own.keys() >= state.keys() or 'last_step' not in state:
        yield f'{place} is not the state of a {type(scheduler).__name__}'
        return
    for name, value in state.items():
        positive = name not in POSITIVE_VALUES or (isinstance(value, int | float) and value > 0)
        counted = name not in ('last_step', '_global_step') or is_count(value)
        grouped = name not in BY_GROUP or _length(value) == _length(own[name])
        alike = is_like(value, own[name]) and grouped and (name != MOVES or value == own[name])
        if not (alike and positive and counted):
            yield f'{place}.{name} is {str(value)[:60]}, and this run has {str(own[name])[:60]}'

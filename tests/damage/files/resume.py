"""Resume files whose state of a run is not one that a run left."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator
from random import Random

import numpy as np
import torch

from . import deltas, hostile
from .case import Damage, Depth, Right, whole
from .deltas import MISSING
from .true import TrueFiles

Checkpoint = dict  # as MMEngine's Runner saves it, of values of any kind
Change = Callable[[Checkpoint], object]


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """A file of ``torch.save``."""
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    return buffer.getvalue()


def read(content: bytes) -> Checkpoint:
    """A true resume file, which may hold what MMEngine saves."""
    return torch.load(io.BytesIO(content), weights_only=False)


def damages(content: bytes, true: TrueFiles, rng: Random) -> Iterator[Damage]:
    """Change a true resume file, one thing at a time."""
    for name, change, depth, right in [
        *_of_fields(FIELDS),
        *_of_optimizer(rng),
        *_of_paths(true),
        *_of_texts(true, read(content)['meta']['cfg']),
    ]:
        checkpoint = copy.deepcopy(read(content))
        change(checkpoint)
        yield Damage('', name, whole(to_bytes(checkpoint)), depth, right, '.pth')


def tensor_damages(content: bytes, rng: Random) -> Iterator[Damage]:
    """Change the delta inside."""
    true = read(content)
    for name, (tensors, depth, right) in deltas.of_tensors(true['state_dict'], rng).items():
        yield Damage('', name, whole(to_bytes({**true, 'state_dict': tensors})), depth, right, '.pth')


Row = tuple[str, Change, Depth, Right]

#: Values that mean nothing, by the path of the field in the file.
FIELDS: dict[str, tuple[object, ...]] = {
    'meta': (MISSING, None, [1], 'x', {}),
    'meta.epoch': (-1, 'one', None, 1.5, 10**30, float('nan'), MISSING),
    'meta.iter': (-3, '3', None, 2.5, 10**30, MISSING),
    'meta.seed': ('x', -1, 2**70, [1]),
    'meta.mmvpt_delta': (None, 'x', {'format': 2}, {'format': '1'}),
    'meta.mmvpt_outdated': ('x', 3, None, [3], {'a': 1}),
    'message_hub': (MISSING, None, 'x', {}, {'log_scalars': {}}),
    'message_hub.runtime_info': (None, 'x', []),
    'message_hub.runtime_info.best_score': ('x', float('nan'), None, [1]),
    'message_hub.runtime_info.best_ckpt': (3, ['a']),
    'message_hub.log_scalars': (None, {'train/loss': 3}, {3: 4}),
    'message_hub.resumed_keys': (None, 'x'),
    'optimizer': (None, 'x', {}, [], {'state': {}, 'param_groups': []}, {'state': 3, 'param_groups': 3}),
    'param_schedulers': (None, [], 'x', [3], [{}], [{'last_step': float('nan')}], [{'last_step': 'x'}]),
    'rng': (None, 'x', {'seed': 'x'}, {'iter': -1}, {}),
    'guard': (None, 'x', {}, {'frozen': 3, 'trained': {}}, {'frozen': {}, 'trained': {}}),
    'state_dict': (None, 'x', [1], 3),
}
#: Fields that a run may lack.
OPTIONAL = ('guard None', 'rng None', 'guard missing', 'param_schedulers None', 'optimizer None')


def _of_fields(fields: dict[str, tuple[object, ...]]) -> Iterator[Row]:
    for path, values in fields.items():
        for value in values:
            name = f'{path} {"missing" if value is MISSING else deltas._short(value)}'
            depth = Depth.KIND if path in ('state_dict', 'meta.mmvpt_delta') else Depth.RUN
            yield name, _setting(path, value), depth, Right.EITHER if name in OPTIONAL else Right.REFUSE


def _setting(path: str, value: object) -> Change:
    *above, last = path.split('.')

    def change(checkpoint: Checkpoint) -> None:
        where = checkpoint
        for key in above:
            where = where[key]
        if value is MISSING:
            del where[last]
        else:
            where[last] = value

    return change


def _of_optimizer(rng: Random) -> Iterator[Row]:
    """Momenta and rates that no run has."""

    def momentum(make: Callable[[torch.Tensor], object]) -> Change:
        return lambda it: it['optimizer']['state'][rng.randrange(len(it['optimizer']['state']))].update(
            momentum_buffer=make(it['optimizer']['state'][0]['momentum_buffer'])
        )

    def group(key: str, value: object) -> Change:
        return lambda it: it['optimizer']['param_groups'][0].update({key: value})

    rows: dict[str, Change] = {
        'a momentum of NaN': momentum(lambda t: torch.full_like(t, float('nan'))),
        'a momentum of infinity': momentum(lambda t: torch.full_like(t, float('inf'))),
        'a momentum of another shape': momentum(lambda t: torch.zeros(7, 7)),
        'a momentum of booleans': momentum(lambda t: torch.zeros(7, dtype=torch.bool)),
        'a momentum of complex numbers': momentum(lambda t: torch.zeros(t.shape, dtype=torch.complex64)),
        'a momentum that is text': momentum(lambda t: 'x'),
        'a momentum of gigabytes, spread': momentum(lambda t: torch.zeros(1).expand(1 << 30)),
        'a state of an unknown parameter': lambda it: it['optimizer']['state'].update({99: {'x': 1}}),
        'one group more': lambda it: it['optimizer']['param_groups'].append(dict(params=[], lr=1.0)),
        'a group of other parameters': group('params', [0, 1]),
        'a group of the same parameter twice': group('params', [0, 0, 1, 2]),
        **{f'lr of {value}': group('lr', value) for value in (float('nan'), float('inf'), -1.0, 'x', None)},
        **{f'weight_decay of {value}': group('weight_decay', value) for value in (float('nan'), 'x')},
        'lr of an array': group('lr', np.array([float('nan')])),
        'a schedule without end': lambda it: it['param_schedulers'][0].update(T_max=0),
        'a schedule that moves another option': lambda it: it['param_schedulers'][0].update(param_name='momentums'),
        'a schedule of rates that are NaN': lambda it: it['param_schedulers'][0].update(
            base_values=[float('nan')], _last_value=[float('nan')]
        ),
        'a schedule with a method replaced': lambda it: it['param_schedulers'][0].update(step='x', _get_value=3),
        'one schedule more': lambda it: it['param_schedulers'].append({}),
    }
    for name, change in rows.items():
        yield name, change, Depth.RUN, Right.REFUSE


def _of_paths(true: TrueFiles) -> Iterator[Row]:
    """Files that a run is told to remove and did not write."""
    thesis = true.precious / 'thesis.pth'
    there = {
        'outside': str(thesis),
        'outside, without suffix': str(thesis.with_suffix('')),
        'outside by dots': str(true.work / '..' / '..' / 'kept' / 'precious' / 'thesis.pth'),
        'outside, relative': '../kept/precious/thesis.pth',
        'a base': str(true.path('base.pth')),
        'a folder': str(true.precious / 'folder'),
        'the folder of all': str(true.precious),
        'inside, not of the run': str(true.work / 'thesis.pth'),
        'inside, notes': str(true.work / 'notes.txt'),
        'an address': hostile.ADDRESS,
        'a backend': f'local://{thesis}',
    }
    for where, path in there.items():
        yield f'the best checkpoint is {where}', _best(path), Depth.RUN, Right.EITHER
        yield f'outdated is {where}', _setting('meta.mmvpt_outdated', [path]), Depth.RUN, Right.EITHER
    for step in ('x/../../kept/precious/thesis', '../thesis', -1, None):
        keep = _setting('message_hub.runtime_info.keep_ckpt_ids', [step, *range(9)])
        yield f'checkpoints to keep are {step!r}', keep, Depth.RUN, Right.EITHER


def _best(path: str) -> Change:
    def change(checkpoint: Checkpoint) -> None:
        checkpoint['message_hub']['runtime_info'].update(best_ckpt=path, best_score=-1.0)

    return change


def _of_texts(true: TrueFiles, good: str) -> Iterator[Row]:
    """Configs as text at the three places where MMEngine looks for them."""
    places = ('meta.cfg', 'meta.config', 'message_hub.runtime_info.cfg')
    for name, text in hostile.texts(true, good).items():
        for place in places:
            yield f'{place}: {name}', _setting(place, text), Depth.RUN, Right.EITHER
        yield f'all configs: {name}', _all_of(places, text), Depth.RUN, Right.EITHER


def _all_of(paths: tuple[str, ...], text: str) -> Change:
    changes = [_setting(path, text) for path in paths]
    return lambda checkpoint: [change(checkpoint) for change in changes]

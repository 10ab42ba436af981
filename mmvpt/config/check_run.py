"""How a run goes: parts without which there is none, and lengths that do not fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mmengine.config import Config

from mmvpt.files.bases import SCHEME, find_base
from mmvpt.text.refused import Refused

from .open import DEFAULT_HOOKS
from .problem import ConfigProblem, Group, groups, show, value_at

#: Parts that come together or not at all.
TOGETHER = (
    ('train_dataloader', 'train_cfg', 'optim_wrapper'),
    ('val_dataloader', 'val_cfg', 'val_evaluator'),
    ('test_dataloader', 'test_cfg', 'test_evaluator'),
)
#: Parts of a model without which it does not train, where its type says otherwise.
NEEDED = {'ImageClassifier': ('head',)}
#: Tuners that do nothing more a second time.
ONCE = ('BiasTuning', 'NormTuning', 'ClsTokenTuning', 'FullTuning', 'PartialTuning', 'LinearProbe', 'AddPrompts')
#: Those of them that FullTuning makes superfluous.
IN_FULL = ('BiasTuning', 'NormTuning', 'ClsTokenTuning', 'PartialTuning')


def check_run(config: Config) -> Iterator[ConfigProblem]:
    """Yield what keeps a run from beginning, from ending or from doing what it should."""
    for rule in (_parts, _loops, _hooks, _saving, _schedules, _tuners, _start, _bases):
        yield from rule(config)


def _parts(config: Config) -> Iterator[ConfigProblem]:
    """Parts that nothing runs without."""
    if not config.get('model'):
        yield ConfigProblem('model', 'there is none, so nothing can be trained or tested. Add model=dict(type=...).')
    for parts in TOGETHER:
        there = [part for part in parts if config.get(part) is not None]
        for part in (part for part in parts if there and part not in there):
            near = f'it is missing, and {" and ".join(there)} are there'
            yield ConfigProblem(part, f'{near}. Add it, or leave all of {", ".join(parts)} out.')
    for name in ('train', 'val', 'test'):
        loader = config.get(f'{name}_dataloader')
        for part in ('dataset', 'sampler') if isinstance(loader, Mapping) else ():
            if part not in loader:
                yield ConfigProblem(f'{name}_dataloader.{part}', f'it is missing. Add {part}=dict(type=...).')
    for part in NEEDED.get(str(value_at(config, 'model.type')), ()) if config.get('train_cfg') else ():
        if not value_at(config, f'model.{part}'):
            yield ConfigProblem(
                f'model.{part}', f'it is missing, and nothing trains without. Add {part}=dict(type=...).'
            )
    wrapper = config.get('optim_wrapper')
    if isinstance(wrapper, Mapping) and 'optimizer' not in wrapper and wrapper.get('type') in (None, 'OptimWrapper'):
        yield ConfigProblem('optim_wrapper.optimizer', 'it is missing. Add optimizer=dict(type="SGD", lr=...).')


def _by_epoch(loop: Group) -> bool:
    return 'max_epochs' in loop or loop.get('by_epoch') is True


def _loops(config: Config) -> Iterator[ConfigProblem]:
    """A training that counts in two ways or in none, or whose epochs never end."""
    loop = config.get('train_cfg')
    if not isinstance(loop, Mapping):
        return
    came = show(dict(loop))
    if 'type' in loop and 'by_epoch' in loop:
        yield ConfigProblem('train_cfg.by_epoch', f'{came} has a type, which says it already. Leave by_epoch out.')
    elif 'max_iters' not in loop and 'max_epochs' not in loop:
        yield ConfigProblem('train_cfg', f'{came} has no end. Add max_epochs or max_iters.')
    elif not loop.get('type') and 'max_iters' in loop and _by_epoch(loop):
        yield ConfigProblem('train_cfg', f'{came} counts in epochs and in iterations. Give max_iters or max_epochs.')
    elif not loop.get('type') and 'max_epochs' in loop and loop.get('by_epoch') is False:
        yield ConfigProblem('train_cfg', f'{came} goes by iterations (by_epoch=False). Give max_iters instead.')
    elif _by_epoch(loop) and value_at(config, 'train_dataloader.sampler.type') == 'InfiniteSampler':
        yield ConfigProblem(
            'train_dataloader.sampler.type',
            'InfiniteSampler never ends an epoch, and train_cfg counts in epochs. Take DefaultSampler, or max_iters.',
        )


def _hooks(config: Config) -> Iterator[ConfigProblem]:
    """A hook of MMEngine under the name of another, of MMEngine or of ours."""
    hooks = config.get('default_hooks') or {}
    ours = {name: _name(hook) for name, hook in (config.get('mmvpt_hooks') or {}).items() if isinstance(hook, Mapping)}
    for name, own in {**DEFAULT_HOOKS, 'visualization': 'VisualizationHook', **ours}.items():
        kind = _name(hooks[name]) if isinstance(hooks.get(name), Mapping) else own
        if kind != own and kind in DEFAULT_HOOKS.values():
            yield ConfigProblem(f'default_hooks.{name}.type', f'{kind} is there in place of {own}. Set it to {own}.')


def _saving(config: Config) -> Iterator[ConfigProblem]:
    """Checkpoints that are never saved."""
    path = 'default_hooks.checkpoint'
    hook, loop = value_at(config, path), config.get('train_cfg')
    if not isinstance(hook, Mapping) or not isinstance(loop, Mapping):
        return
    every, by_epoch, length = hook.get('interval', -1), hook.get('by_epoch', True), loop.get('max_iters')
    if not isinstance(every, int) or every < 1:
        return
    if by_epoch and not _by_epoch(loop) and not loop.get('type', '').startswith('Epoch'):
        yield ConfigProblem(
            f'{path}.by_epoch',
            'it counts in epochs, and the training in iterations: it would never save. Set by_epoch=False; '
            f'interval={every} is in iterations then.',
        )
    elif not by_epoch and isinstance(length, int) and every > length:
        yield ConfigProblem(f'{path}.interval', f'{every} of {length} iterations: the last alone is saved.', True)
    elif not by_epoch and _by_epoch(loop):
        yield ConfigProblem(f'{path}.by_epoch', f'it counts iterations (every {every}), and train_cfg epochs.', True)


def _schedules(config: Config) -> Iterator[ConfigProblem]:
    """Schedules that never act, or that end after the training does."""
    loop = config.get('train_cfg')
    if not isinstance(loop, Mapping):
        return
    for path, schedule in groups('param_scheduler', config.get('param_scheduler')):
        begin, end = schedule.get('begin', 0), schedule.get('end')
        by_epoch = schedule.get('by_epoch', True)
        if _not_after(end, begin):
            yield ConfigProblem(
                f'{path}.end', f'from begin={begin} to end={end} it never acts. Let end come after begin.'
            )
        elif by_epoch and 'max_epochs' not in loop and 'max_iters' in loop:
            never = 'it counts in epochs, and train_cfg in iterations: it never acts'
            yield ConfigProblem(f'{path}.by_epoch', f'{never}. Set by_epoch=False.')
        else:
            yield from _beyond(path, begin, end, loop.get('max_epochs' if by_epoch else 'max_iters'))


def _not_after(end: object, begin: object) -> bool:
    return isinstance(end, int | float) and isinstance(begin, int | float) and end <= begin


def _beyond(path: str, begin: object, end: object, length: object) -> Iterator[ConfigProblem]:
    if _not_after(length, begin):
        yield ConfigProblem(f'{path}.begin', f'{begin}, and the training ends at {length}: it never acts.', remark=True)
    elif isinstance(length, int) and isinstance(end, int) and end > length:
        yield ConfigProblem(f'{path}.end', f'{end}, and the training ends at {length}: it is cut off.', remark=True)


def _tuners(config: Config) -> Iterator[ConfigProblem]:
    """Tuners that do what others in the list do already."""
    seen: list[Group] = []
    for path, tuner in groups('model.backbone.tuner', value_at(config, 'model.backbone.tuner')):
        name = _name(tuner)
        if name in ONCE and tuner in seen:
            yield ConfigProblem(path, f'{name} is there already, and does nothing more twice. Remove one of them.')
        elif name in IN_FULL and any(_name(other) == 'FullTuning' for other in seen):
            yield ConfigProblem(path, f'FullTuning trains all that {name} does. Remove one of them.')
        seen.append(tuner)


def _name(group: Group) -> str:
    return str(group.get('type')).rpartition('.')[2]


def _start(config: Config) -> Iterator[ConfigProblem]:
    """A checkpoint to start from that is not there."""
    start = config.get('load_from')
    if isinstance(start, str) and '://' not in start and not Path(start).expanduser().exists():
        yield ConfigProblem('load_from', f'there is no file {start!r}. Correct the path, or set load_from=None.')


def _bases(config: Config) -> Iterator[ConfigProblem]:
    """A base that is asked for by name and does not come with mmvpt."""
    for place in ('model.backbone.init_cfg', 'model.backbone.backbone.init_cfg'):
        for path, init_cfg in groups(place, value_at(config, place)):
            name = str(init_cfg.get('checkpoint'))
            if name.startswith(SCHEME):
                try:
                    find_base(name)
                except Refused as unknown:
                    yield ConfigProblem(f'{path}.checkpoint', str(unknown))

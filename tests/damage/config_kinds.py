"""What can be wrong in a config, kind by kind: each function finds the places of one kind in a config."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from .config_values import BAD, FITS, RIGHT
from .shrunk import Tree, walk

#: What a training or a test reads of a config; all else are variables of its own.
READ = (
    'model',
    'data_preprocessor',
    'train_dataloader',
    'val_dataloader',
    'test_dataloader',
    'val_evaluator',
    'test_evaluator',
    'train_cfg',
    'val_cfg',
    'optim_wrapper',
    'param_scheduler',
    'default_hooks',
    'env_cfg',
    'randomness',
    'auto_scale_lr',
    'log_processor',
    'visualizer',
    'default_scope',
    'work_dir',
)
#: Groups without a type whose keys somebody knows.
GROUPS = re.compile(
    r'(train_cfg|val_cfg|randomness|env_cfg(\.\w+)?|auto_scale_lr|optim_wrapper\.paramwise_cfg(\.\w+)?|log_processor'
    r'|data_preprocessor|\w+_dataloader|\w+_dataloader\.dataset\.(data_prefix|filter_cfg)|optim_wrapper\.clip_grad'
    r'|default_hooks|model\.(train_cfg|test_cfg)(\.\w+)*)'
)
#: Hooks that MMEngine has by these names; others may have any.
HOOKS = ('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint')
#: Parts without which nothing trains.
PARTS = (
    'model',
    'model.type',
    'model.backbone',
    'model.backbone.tuner',
    'model.backbone.backbone.type',
    'model.head',
    'model.decode_head',
    'model.neck',
    'model.roi_head',
    'train_dataloader',
    'train_dataloader.dataset',
    'train_dataloader.dataset.type',
    'train_dataloader.dataset.pipeline',
    'train_cfg',
    'optim_wrapper',
    'optim_wrapper.optimizer',
    'optim_wrapper.optimizer.type',
    'val_evaluator',
    'val_cfg',
    'val_dataloader',
    'val_evaluator.type',
)


@dataclass(frozen=True)
class Damage:
    """One thing that is wrong, or, to try whether right ones pass, one that is only unusual.

    Args:
        kind: Of damage.
        key: Dotted path of what is wrong.
        put: Values by path that are set.
        drop: Paths that are removed.
        options: Of ``--cfg-options``.
        names: What a message may call it by, besides the last part of the key.
        right: Whether it has to be accepted.
        resumes: Whether the run goes on from a checkpoint of the config as it was.
    """

    kind: str
    key: str
    put: Mapping[str, object] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    right: bool = False
    resumes: bool = False

    def __str__(self) -> str:
        changes = [f'{path}={value!r}' for path, value in {**self.put, **self.options}.items()]
        return ', '.join(changes + [f'no {path}' for path in self.drop]) or self.key


def misspell(word: str, draw: Random, taken: Mapping[str, object]) -> str:
    """Swap, drop, double or replace a letter."""
    while True:
        place = draw.randrange(1, len(word))
        before, here, after = word[:place], word[place], word[place + 1 :]
        found = draw.choice(
            [
                before[:-1] + here + before[-1] + after,
                before + after,
                before + here + here + after,
                before + draw.choice('aeiorstn') + after,
            ]
        )
        if found not in taken and found != word and found.isidentifier():
            return found


def typed(tree: Tree) -> Iterator[tuple[str, dict]]:
    """Yield what a training reads and has a type, with its path."""
    for path, value in walk({key: tree[key] for key in READ if key in tree}):
        if isinstance(value, dict) and isinstance(value.get('type'), str):
            yield path, value


def renamed(kind: str, path: str, group: Mapping[str, object], key: str, draw: Random) -> Damage:
    """A key under another name."""
    wrong = misspell(key, draw, group)
    prefix = f'{path}.' if path else ''
    return Damage(kind, f'{prefix}{wrong}', put={f'{prefix}{wrong}': group[key]}, drop=(f'{prefix}{key}',))


def top_keys(tree: Tree, draw: Random) -> Iterator[Damage]:
    """A misspelt key at top level, instead of the right one or next to it."""
    for key in READ:
        if key in tree:
            wrong = renamed('key at top', '', tree, key, draw)
            yield wrong if draw.random() < 0.7 else Damage(wrong.kind, wrong.key, put=wrong.put)


def keys_of_types(tree: Tree, draw: Random) -> Iterator[Damage]:
    """A misspelt option of something registered."""
    for path, group in typed(tree):
        for key in group:
            if key not in ('type', '_scope_') and len(key) > 2:
                yield renamed('key of a type', path, group, key, draw)


def keys_of_groups(tree: Tree, draw: Random) -> Iterator[Damage]:
    """A misspelt option in a group that has no type."""
    for path, group in walk(tree):
        if isinstance(group, dict) and GROUPS.fullmatch(path):
            for key in group:
                named_at_will = path == 'default_hooks' and key not in HOOKS
                if len(key) > 2 and key not in ('type', '_scope_', 'custom_keys') and not named_at_will:
                    yield renamed('key of a group', path, group, key, draw)


def overrides(tree: Tree, draw: Random) -> Iterator[Damage]:
    """A path of ``--cfg-options`` with one part misspelt, which makes a new branch."""
    for path, value in walk({key: tree[key] for key in READ if key in tree}):
        parts = path.split('.')
        if not isinstance(value, int | float) or any(part.isdigit() for part in parts) or len(parts[-1]) < 3:
            continue
        place = draw.randrange(len(parts))
        wrong = misspell(parts[place], draw, {})
        new = '.'.join([*parts[:place], wrong, *parts[place + 1 :]])
        yield Damage('path of an override', new, options={new: str(value)}, names=(wrong,))


def types(tree: Tree, draw: Random) -> Iterator[Damage]:
    """A type, a scope or a kind of type that nobody registered there."""
    for path, group in typed(tree):
        name = group['type']
        scope, _, last = name.rpartition('.')
        wrong = f'{scope}.{misspell(last, draw, {})}'.removeprefix('.')
        yield Damage('unknown type', f'{path}.type', put={f'{path}.type': wrong}, names=(wrong,))
        other = f'{draw.choice(["mmvp", "mmsegm", "mmdett", "torchh"])}.{last}'
        yield Damage('unknown scope', f'{path}.type', put={f'{path}.type': other}, names=(other,))
        kind = draw.choice(['SGD', 'CosineAnnealingLR', 'IoUMetric', 'CheckpointHook', 'LoadImageFromFile'])
        if kind != last and path.count('.') < 3:
            yield Damage('type of another kind', f'{path}.type', put={f'{path}.type': kind}, names=(kind,))


def values(tree: Tree, draw: Random) -> Iterator[Damage]:
    """A value of another type, out of range or not finite."""
    for path, value in walk(tree):
        for pattern, choices in BAD.items():
            if re.fullmatch(pattern, path) and value is not None:
                yield from (Damage(kind_of(bad), path, put={path: bad}) for bad in choices)


def kind_of(bad: object) -> str:
    """What is wrong with a value."""
    numbers = bad if isinstance(bad, list | tuple) else [bad]
    if any(isinstance(number, str | dict) or number is None for number in numbers):
        return 'value of another type'
    finite = all(math.isfinite(number) for number in numbers)
    return 'value out of range' if finite else 'value not finite'


def misfits(tree: Tree, draw: Random) -> Iterator[Damage]:
    """Parts that do not fit each other."""
    for path, value in walk(tree):
        if re.fullmatch(r'model\.(?!backbone).*in_channels', path):
            yield Damage('misfit of channels', path, put={path: _other(value)})
        if re.fullmatch(r'model\.(?!backbone).*num_classes', path):
            yield Damage('misfit of classes', path, put={path: value + draw.choice([-1, 1, 7])}, names=('classes',))
    for needs, put, *names in FITS:
        if all(_has(tree, need) for need in needs):
            yield Damage('misfit', next(iter(put)), put=put, names=tuple(names))


def _other(value: object) -> object:
    return [*value[:-1], value[-1] + 1] if isinstance(value, list | tuple) else value + 1  # type: ignore[operator]


def _has(tree: Tree, need: str) -> bool:
    path, _, pattern = need.partition('=')
    values = {found: value for found, value in walk(tree) if found == path}
    return path in values and bool(re.fullmatch(pattern or '(?s).*', str(values[path])))


def missing(tree: Tree, draw: Random) -> Iterator[Damage]:
    """A part that is not there."""
    there = {path for path, _ in walk(tree)}
    tuned = 'model.backbone.tuner' in there
    for part in PARTS:
        if part == 'model.neck' and _has(tree, 'model.backbone.backbone.type=.*ConvNeXt'):
            continue  # it averages by itself
        if part in there and (tuned or part != 'model.backbone.backbone.type'):
            yield Damage('missing part', part, drop=(part,))


def twice(tree: Tree, draw: Random) -> Iterator[Damage]:
    """A tuner that does again what is done already."""
    if _has(tree, 'model.backbone.tuner'):
        for name in ('BiasTuning', 'NormTuning', 'FullTuning'):
            pair = [dict(type=f'mmvpt.{name}'), dict(type=f'mmvpt.{name}')]
            yield Damage('tuner twice', 'model.backbone.tuner', put={'model.backbone.tuner': pair}, names=(name,))


def resumed(tree: Tree, draw: Random) -> Iterator[Damage]:
    """A run that goes on as another one, or as the same one with what changes no result."""
    lr, batch = ('optim_wrapper.optimizer.lr', 'train_dataloader.batch_size')
    optimizer = dict(tree)['optim_wrapper']['optimizer']  # type: ignore[index]
    changes = {
        lr: optimizer['lr'] * 2,
        batch: 1,
        'randomness.seed': 99,
        'optim_wrapper.optimizer.weight_decay': 0.3,
        'model.backbone.tuner.dropout': 0.7,
        'model.backbone.drop_path_rate': 0.3,
        'optim_wrapper.accumulative_counts': 2,
    }
    there = {path for path, _ in walk(tree)} | {'randomness.seed', 'optim_wrapper.accumulative_counts'}
    for path, value in changes.items():
        if path in there and not (path == batch and _has(tree, f'{batch}=1')):
            yield Damage('resumed as another run', path, put={path: value}, resumes=True)
    for path, value in {'default_hooks.logger.interval': 1, 'log_level': 'WARNING', 'work_dir': 'elsewhere'}.items():
        yield Damage('right: resumed as the same run', path, put={path: value}, resumes=True, right=True)


def diverging(tree: Tree, draw: Random) -> Iterator[Damage]:
    """A rate that no training survives."""
    path = 'optim_wrapper.optimizer.lr'
    yield Damage('loss that becomes nan', path, put={path: 1e30, 'auto_scale_lr': None}, names=('rate', 'loss'))


def right(tree: Tree, draw: Random) -> Iterator[Damage]:
    """What looks unusual and is right."""
    yield Damage('right: as it is', 'model', right=True)
    for kind, needs, put, options in RIGHT:
        if all(_has(tree, need) for need in needs):
            key = next(iter({**put, **options}))
            yield Damage(f'right: {kind}', key, put=put, options=options, right=True)


Finder = Callable[[Tree, Random], Iterator[Damage]]
#: How to find places of each kind, and the share of all cases they get.
FINDERS: dict[Finder, float] = {
    top_keys: 0.10,
    keys_of_types: 0.14,
    keys_of_groups: 0.08,
    overrides: 0.08,
    types: 0.10,
    values: 0.18,
    misfits: 0.12,
    missing: 0.06,
    twice: 0.01,
    resumed: 0.03,
    diverging: 0.01,
    right: 0.09,
}

"""Values that are out of range, not finite, or of another type than their option declares."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mmengine.config import Config

from .check_keys import kind_at
from .hints import fits, hints_of, words_for
from .known_keys import TOP
from .problem import ConfigProblem, Place, show, walk


@dataclass(frozen=True)
class Range:
    """What a value may be.

    Args:
        says: In words, after "Possible:".
        holds: Whether a value is one.
    """

    says: str
    holds: Callable[[object], bool]


def _number(says: str, low: float, high: float = math.inf, *, whole: bool = False, above: bool = False) -> Range:
    def holds(value: object) -> bool:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            return False
        inside = (low < value if above else low <= value) and value <= high
        return inside and (not whole or value == int(value))

    return Range(says, holds)


def _either(*ranges: Range) -> Range:
    return Range(' or '.join(one.says for one in ranges), lambda value: any(one.holds(value) for one in ranges))


def _all(one: Range, lengths: tuple[int, ...] = ()) -> Range:
    """One value, or several in a list."""
    many = f', or {" or ".join(map(str, lengths))} of them' if lengths else ', or a list of such'

    def holds(value: object) -> bool:
        if isinstance(value, list | tuple):
            return (not lengths or len(value) in lengths) and all(map(holds, value))
        return one.holds(value)

    return Range(one.says + many, holds)


def _choice(*names: str) -> Range:
    return Range(', '.join(names), lambda value: value in names)


NONE = Range('None', lambda value: value is None)
COUNT = _number('a whole number from 1 on', 1, whole=True)
COUNT_OR_NONE = _number('a whole number from 0 on', 0, whole=True)
ALL = _number('-1', -1, -1)
POSITIVE = _number('a positive number', 0, above=True)
NOT_NEGATIVE = _number('a number from 0 on', 0)
SHARE = _number('a number from 0 to 1', 0, 1)
FINITE = _number('a finite number', -math.inf)
UP_TO_ONE = Range('a number above 0, and at most 1', lambda value: SHARE.holds(value) and value != 0)
MOMENTUM = Range('a number from 0 on and below 1', lambda value: SHARE.holds(value) and value != 1)
NOT_ZERO = Range('a number other than 0', lambda value: FINITE.holds(value) and value != 0)
END = _either(NOT_NEGATIVE, Range('inf', lambda value: value == math.inf))
RANDOM_SEED = _either(NONE, _number('a whole number from 0 on', 0, 2**32 - 1, whole=True))
LOG_LEVELS = _choice('CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG', 'NOTSET')

#: What values may be, by a pattern of paths; the first that fits counts.
RANGES: dict[str, Range] = {
    r'optim_wrapper\.(\w+\.)?optimizer\.lr': POSITIVE,
    r'optim_wrapper\.(\w+\.)?optimizer\.weight_decay': NOT_NEGATIVE,
    r'optim_wrapper\.(\w+\.)?optimizer\.momentum': MOMENTUM,
    r'optim_wrapper\.(\w+\.)?optimizer\.betas': _all(MOMENTUM),
    r'optim_wrapper\.(\w+\.)?optimizer\.eps': _all(NOT_NEGATIVE),
    r'optim_wrapper\.(.*\.)?(lr_mult|decay_mult)': NOT_NEGATIVE,
    r'optim_wrapper\.accumulative_counts': COUNT,
    r'optim_wrapper\.clip_grad\.max_norm': POSITIVE,
    r'(train|val|test)_dataloader\.batch_size': COUNT,
    r'(train|val|test)_dataloader\.num_workers': COUNT_OR_NONE,
    r'(train|val|test)_dataloader\.dataset\.data_root': _either(NONE, Range('a path', lambda v: isinstance(v, str))),
    r'train_cfg\.(max_iters|max_epochs|val_interval)': COUNT,
    r'train_cfg\.val_begin': COUNT_OR_NONE,
    r'default_hooks\.checkpoint\.(interval|max_keep_ckpts)': _either(COUNT, ALL),
    r'default_hooks\.logger\.interval': COUNT,
    r'custom_hooks\.\d+\.momentum': UP_TO_ONE,
    r'auto_scale_lr\.base_batch_size': COUNT,
    r'randomness\.seed': RANDOM_SEED,
    r'log_level': LOG_LEVELS,
    r'log_processor\.window_size': COUNT,
    r'param_scheduler(\..*)?\.(begin|end)': END,
    r'param_scheduler(\..*)?\.T_max': _either(NONE, POSITIVE),
    r'param_scheduler(\..*)?\.(start_factor)': UP_TO_ONE,
    r'param_scheduler(\..*)?\.(end_factor|factor)': SHARE,
    r'param_scheduler(\..*)?\.(eta_min|gamma)': _either(NONE, NOT_NEGATIVE),
    r'param_scheduler(\..*)?\.power': FINITE,
    r'param_scheduler(\..*)?\.milestones': Range(
        'a list of numbers from 0 on', lambda v: isinstance(v, list | tuple) and all(map(NOT_NEGATIVE.holds, v))
    ),
    r'(val|test)_evaluator(\.\d+)?\.topk': _all(COUNT),
    r'(model\.)?data_preprocessor\.mean': _either(NONE, _all(FINITE)),
    r'(model\.)?data_preprocessor\.std': _either(NONE, _all(NOT_ZERO)),
    r'model\.(decode_head|head|auxiliary_head(\.\d+)?)\.(num_classes|channels)': COUNT,
    r'model\.(?!backbone).*in_channels': _all(COUNT),
    r'model\.neck(\.\d+)?\.out_channels': _all(COUNT),
    r'model\..*\.loss_weight': _all(FINITE),
    r'model\..*\.dropout_ratio': _either(SHARE, ALL),
    r'model\..*\.(dropout|drop_rate|drop_path_rate|attn_drop_rate)': _all(SHARE),
    r'model\.test_cfg\.(stride|crop_size)': _all(COUNT, (2,)),
    r'model\.test_cfg\.mode': _choice('slide', 'whole', 'slide_flip'),
    r'model\..*\.img_size': _all(COUNT, (2,)),
    r'model\..*\.(patch_size|window_size|kernel_size)': _all(COUNT),
    r'model\.(train|test)_cfg\..*\.(max_per_img|nms_pre)': _either(COUNT, ALL),
    r'model\.train_cfg\..*\.sampler\.num': COUNT,
    r'.*_dataloader\..*pipeline\..*\.prob': _all(_either(SHARE, NONE)),
    r'.*_dataloader\..*pipeline\..*\.(scale|crop_size)': _all(_either(POSITIVE, ALL, NONE)),
}
#: Where no number is infinite.
BOUNDED = re.compile(r'(optim_wrapper|model\.backbone\.tuner)\.')
#: Words that an option of a type may hold, alone or in a list.
CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ('IoUMetric', 'iou_metrics'): ('mIoU', 'mDice', 'mFscore'),
    ('CocoMetric', 'metric'): ('bbox', 'segm', 'proposal', 'proposal_fast'),
}


def check_values(config: Config) -> Iterator[ConfigProblem]:
    """Yield values that cannot be meant."""
    read = {key: config[key] for key in TOP if key in config}
    for place in walk(read, config.get('default_scope') or 'mmengine'):
        if wrong := _out_of_range(place):
            yield wrong
        elif isinstance(place.value, Mapping):
            yield from _of_other_types(place)
        elif isinstance(place.value, float) and _not_finite(place) and not _in_range_of_parent(place.path):
            yield ConfigProblem(place.path, f'{place.value} is no value to train with. Give a finite number.')


def _not_finite(place: Place) -> bool:
    """Whether a number is nan, or infinite where nothing has no end: in optimizers and tuners."""
    assert isinstance(place.value, float)
    return math.isnan(place.value) or (bool(BOUNDED.match(place.path)) and math.isinf(place.value))


def _range_of(path: str) -> Range | None:
    return next((one for pattern, one in RANGES.items() if re.fullmatch(pattern, path)), None)


def _in_range_of_parent(path: str) -> bool:
    parents = path.split('.')[:-1]
    return any(_range_of('.'.join(parents[:length])) for length in range(1, len(parents) + 1))


def _out_of_range(place: Place) -> ConfigProblem | None:
    one = _range_of(place.path)
    if one is None or one.holds(place.value):
        return None
    return ConfigProblem(place.path, f'{show(place.value)} is not valid here. Possible: {one.says}.')


def _of_other_types(place: Place) -> Iterator[ConfigProblem]:
    """Options whose values are of another type than they declare."""
    group = place.value
    assert isinstance(group, Mapping)
    kind = kind_at(place)
    if kind is None:
        return
    name = getattr(kind, '__name__', str(kind))
    hints = hints_of(kind)
    ours = kind.__module__.startswith('mmvpt.')  # hosts declare a bit less than they take
    for key, value in group.items():
        path = f'{place.path}.{key}' if place.path else str(key)
        if known := CHOICES.get((name, str(key))):
            words = value if isinstance(value, list | tuple) else [value]
            if any(word not in known for word in words):
                yield ConfigProblem(path, f'{show(value)} is not known to {name}. Possible: {", ".join(known)}.')
        elif (ours or isinstance(value, str)) and _range_of(path) is None and not fits(value, hints.get(key)):
            yield ConfigProblem(
                path, f'{name} takes {words_for(hints.get(key))} here, got {show(value)}. Give it one of that type.'
            )

"""Parts that are cheap to build, built on trial: steps of pipelines, evaluators, schedules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import METRICS, PARAM_SCHEDULERS, TRANSFORMS

from .known_keys import TOP
from .problem import ConfigProblem, walk
from .trial import try_to_build

#: Options of evaluators that read their annotations while they are built, and of those that hold others.
READS = {'ann_file', 'metrics'}
EPOCH = 10


def check_builds(config: Config) -> Iterator[ConfigProblem]:
    """Yield steps, evaluators and schedules that cannot be built."""
    read = {key: config[key] for key in TOP if key in config}
    for place in walk(read):
        part = place.value
        if isinstance(part, Mapping) and 'type' in part and not READS & set(part):
            build = next((build for pattern, build in BUILDERS.items() if re.fullmatch(pattern, place.path)), None)
            if build:
                yield from try_to_build(config, place.path, partial(build, ConfigDict(part)))[1]


def _build_schedule(part: ConfigDict) -> object:
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1, momentum=0.9)
    return PARAM_SCHEDULERS.build(part, default_args=dict(optimizer=optimizer, epoch_length=EPOCH))


#: How to build a part, by a pattern of paths.
BUILDERS: dict[str, Callable[[ConfigDict], object]] = {
    r'(train|val|test)_dataloader\..*pipeline\.\d+': TRANSFORMS.build,
    r'(val|test)_evaluator(\.\d+)?': METRICS.build,
    r'param_scheduler(\.\d+)?': _build_schedule,
}

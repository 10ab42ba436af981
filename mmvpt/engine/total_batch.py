"""Train with the batch that a recipe is meant for, on however many processes there are."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from fractions import Fraction

from mmengine.config import Config, ConfigDict

from mmvpt.engine.distributed import VARIABLES
from mmvpt.text.refused import Refused

#: What a scheduler that goes by iterations counts in them: single numbers, and lists of numbers.
LENGTHS, PLACES = ('begin', 'end', 'T_max', 'step_size', 'total_steps'), ('milestones', 'periods')
#: Schedulers whose rate changes by a factor with each iteration, which has no place to stretch.
BY_FACTOR = ('ExponentialLR', 'ExponentialMomentum', 'ExponentialParamScheduler')


def count_processes(launcher: str) -> int:
    """How many processes a launcher has started, before they are connected."""
    return int(os.environ.get(VARIABLES[launcher][1], 1)) if launcher in VARIABLES else 1


def set_total_batch(cfg: Config, total: int, processes: int) -> None:
    """Let each step of the optimizer see ``total`` images, and the run as many images as the recipe.

    Each process takes an equal share, in as many parts as its ``batch_size`` asks for, and gathers their gradients.
    Iterations, and whatever counts in them, are stretched by what the iteration sees less than the recipe's batch. The
    rate is scaled by ``total`` over the recipe's batch, which MMEngine could not know: it ignores gathering.

    Args:
        cfg: A config whose ``auto_scale_lr`` says for which batch its rate is meant; otherwise it is ``total``.
        total: Images of one step of the optimizer.
        processes: How many train.
    """
    _require_untouched(cfg, total, processes)
    share = total // processes
    loader = cfg.train_dataloader
    parts = _parts(share, loader.batch_size)
    scaling = cfg.setdefault('auto_scale_lr', ConfigDict())
    base = scaling.get('base_batch_size', total)
    before = cfg.optim_wrapper.get('accumulative_counts', 1)
    factor = Fraction(base * parts, total * before)

    cfg.recipe = ConfigDict(total_batch=base, **{key: cfg.train_cfg[key] for key in _lengths_of(cfg.train_cfg)})
    loader.batch_size = share // parts
    cfg.optim_wrapper.accumulative_counts = parts
    scaling.update(enable=True, base_batch_size=base / parts)
    _stretch(cfg, factor, parts)


def _require_untouched(cfg: Config, total: int, processes: int) -> None:
    if 'recipe' in cfg:
        raise Refused(f'{cfg.filename} was written by a run with --total-batch, and has it in it. Leave it out.')
    if total < 1 or total % processes:
        near = max(1, round(total / processes)) * processes
        raise Refused(
            f'--total-batch {total} cannot be shared by {processes} processes. '
            f'Possible: a multiple of {processes}, such as {near}.'
        )
    if 'batch_size' not in cfg.train_dataloader:
        raise Refused('--total-batch needs train_dataloader.batch_size: the images that one process can take at once.')


def _parts(share: int, at_once: int) -> int:
    """In how many equal parts a share of images is taken, none of them larger than what is taken at once."""
    return next(parts for parts in range(-(-share // at_once), share + 1) if share % parts == 0)


def _lengths_of(train_cfg: ConfigDict) -> Iterable[str]:
    return [key for key in ('max_iters', 'max_epochs') if key in train_cfg]


def _stretch(cfg: Config, factor: Fraction, parts: int) -> None:
    """Multiply whatever counts in iterations; each is a multiple of the parts, so that it ends with a step."""

    def stretched(number: int | float | None) -> int | float | None:
        return number if number is None or number == math.inf else max(1, round(number * factor / parts)) * parts

    if 'max_iters' in cfg.train_cfg:
        for key in ('max_iters', 'val_interval', 'val_begin'):
            if key in cfg.train_cfg:
                cfg.train_cfg[key] = stretched(cfg.train_cfg[key])
        if 'dynamic_intervals' in cfg.train_cfg:
            pairs = cfg.train_cfg.dynamic_intervals
            cfg.train_cfg.dynamic_intervals = [(stretched(begin), stretched(every)) for begin, every in pairs]
    for scheduler in _schedulers(cfg):
        if scheduler.get('by_epoch', True):
            continue
        if scheduler.type in BY_FACTOR:
            raise Refused(f'--total-batch cannot stretch {scheduler.type} by iterations. Let it go by epochs.')
        scheduler.update({key: stretched(scheduler[key]) for key in LENGTHS if scheduler.get(key)})
        scheduler.update({key: [*map(stretched, scheduler[key])] for key in PLACES if key in scheduler})
    checkpoint = cfg.get('default_hooks', {}).get('checkpoint')
    if checkpoint and not checkpoint.get('by_epoch', True) and checkpoint.get('interval', -1) > 0:
        checkpoint.interval = stretched(checkpoint.interval)


def _schedulers(cfg: Config) -> list[ConfigDict]:
    schedulers = cfg.get('param_scheduler') or []
    return [schedulers] if isinstance(schedulers, dict) else schedulers

"""Whether trials of a config can share their features, and the config of the run that trains them together."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mmengine.config import Config, ConfigDict

from mmvpt.config.steady import short_type, why_unsteady

from .rules import STACKED_STEPS

RATE, DECAY = 'optim_wrapper.optimizer.lr', 'optim_wrapper.optimizer.weight_decay'
#: Schedulers that multiply a learning rate, whatever it is.
MULTIPLYING = ('LinearLR', 'ConstantLR', 'CosineAnnealingLR', 'MultiStepLR', 'StepLR', 'ExponentialLR', 'PolyLR')
LOSSES = ('CrossEntropyLoss', 'LabelSmoothLoss')
CONSTRUCTORS = (None, 'DefaultOptimWrapperConstructor', 'mmvpt.TrainableParamsConstructor')


def why_separate(cfg: Config, varied: Iterable[str]) -> str | None:
    """Say why trials of a config have to train one by one; None where they can train together.

    Args:
        cfg: What they train.
        varied: Options in which they differ.
    """
    for check in (_tuner, why_unsteady, _sampler, _optimizer, _loops, _head):
        if reason := check(cfg):
            return reason
    if others := [key for key in varied if key not in (RATE, DECAY)]:
        return f'they differ in {others[0]}'
    return None


def train_together(cfg: Config, rates: Sequence[float], decays: Sequence[float], features: str | None = None) -> Config:
    """The config of the run that trains a head for each pair of learning rate and weight decay."""
    cfg = copy.deepcopy(cfg)
    length = {key: cfg.train_cfg[key] for key in ('max_epochs', 'val_interval') if key in cfg.train_cfg}
    cfg.train_cfg = ConfigDict(type='mmvpt.HeadsLoop', rates=list(rates), decays=list(decays), **length)
    if features is not None:
        cfg.train_cfg.features = features
    cfg.optim_wrapper.optimizer.update(lr=1.0, weight_decay=1.0)
    return cfg


def _tuner(cfg: Config) -> str | None:
    tuner = cfg.model.get('backbone', {}).get('tuner')
    kind = short_type(tuner) if isinstance(tuner, Mapping) else None
    return None if kind == 'LinearProbe' else f'{kind or "several tuners"} changes what the head reads'


def _sampler(cfg: Config) -> str | None:
    sampler = short_type(cfg.train_dataloader.get('sampler') or {'type': 'DefaultSampler'})
    return None if sampler == 'DefaultSampler' else f'{sampler} draws the images'


def _optimizer(cfg: Config) -> str | None:
    wrapper = cfg.optim_wrapper
    kind = short_type(wrapper.optimizer)
    unknown = wrapper.optimizer.keys() - {'type', 'lr', 'weight_decay', *STACKED_STEPS.get(kind, (None, ()))[1]}
    if kind not in STACKED_STEPS or unknown:
        return f'the optimizer is {kind}{" with " + ", ".join(sorted(unknown)) if unknown else ""}'
    if wrapper.get('type', 'OptimWrapper') != 'OptimWrapper':
        return f'{wrapper.type} makes the steps'
    if (wrapper.get('clip_grad') or {}).keys() - {'max_norm'}:
        return 'gradients are clipped in another way than by their norm'
    if wrapper.get('accumulative_counts', 1) != 1:
        return 'gradients are accumulated'
    if wrapper.get('constructor') not in CONSTRUCTORS:
        return f'{wrapper.constructor} makes optimizers of its own'
    schedulers = cfg.get('param_scheduler') or []
    for scheduler in schedulers if isinstance(schedulers, list) else [schedulers]:
        if short_type(scheduler) not in MULTIPLYING or scheduler.get('eta_min'):
            return f'{short_type(scheduler)} does not multiply every learning rate alike'
    return None


def _loops(cfg: Config) -> str | None:
    if cfg.train_cfg.get('type', 'EpochBasedTrainLoop') != 'EpochBasedTrainLoop' or 'max_epochs' not in cfg.train_cfg:
        return 'they train by iterations'
    if not cfg.train_cfg.get('by_epoch', True) or cfg.train_cfg.get('dynamic_intervals'):
        return 'they train by iterations, or with intervals that change'
    evaluators = cfg.val_evaluator if isinstance(cfg.val_evaluator, list) else [cfg.val_evaluator]
    if [short_type(one) for one in evaluators] != ['Accuracy']:
        return 'they are evaluated by more than accuracy'
    hooks: list[Any] = [*(cfg.get('custom_hooks') or ())]
    return f'{short_type(hooks[0])} acts on the model' if hooks else None


def _head(cfg: Config) -> str | None:
    loss = cfg.model.head.get('loss')
    if loss and short_type(loss) not in LOSSES:
        return f'the loss is {short_type(loss)}'
    return (
        None
        if short_type(cfg.model.head) in ('MLPHead', 'LinearClsHead')
        else f'the head is {short_type(cfg.model.head)}'
    )

"""A loss that is no number any more, stopped before anything is saved of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

import torch
from mmengine.hooks import CheckpointHook, Hook
from mmengine.runner import Runner
from torch import Tensor

from mmvpt.layers.unwrap import unwrap
from mmvpt.registry import HOOKS
from mmvpt.text.shorten import shorten

ADVICE = (
    'Lower the learning rate, warm it up, or clip gradients (optim_wrapper.clip_grad=dict(max_norm=1.0)); look at mean '
    'and std of the data_preprocessor, and at the data of this iteration.'
)


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stop a training whose loss or whose weights are not finite; the last checkpoint stays as it is."""

    priority = 'VERY_HIGH'  # before others save or log

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: object = None,
        outputs: Mapping[str, object] | None = None,
    ) -> None:
        """Look at the loss; where it is not finite, name all of its parts that are not."""
        losses = outputs or {}
        if _not_finite(losses.get('loss')):
            wrong = [f'{name} is {value.item()}' for name, value in losses.items() if _not_finite(value)]
            raise _stop(runner, runner.iter + 1, ', '.join(wrong))
        if self.is_last_train_iter(runner) or any(_saves_now(hook, runner) for hook in runner.hooks):
            _check_weights(runner, runner.iter + 1)

    def after_train_epoch(self, runner: Runner) -> None:
        """Look at the weights before MMEngine removes a checkpoint to save the next."""
        _check_weights(runner, runner.iter)

    def before_save_checkpoint(self, runner: Runner, checkpoint: Mapping[str, object]) -> None:
        """Refuse to save weights that are not finite, whoever saves them."""
        _check_weights(runner, runner.iter)


def _check_weights(runner: Runner, iteration: int) -> None:
    """Stop where the step after the last finite loss made weights that are not."""
    named = unwrap(runner.model).named_parameters()
    wrong = [name for name, param in named if param.requires_grad and not torch.isfinite(param).all()]
    if wrong:
        raise _stop(runner, iteration, f'weights are not finite: {shorten(wrong, 3)}')


def _saves_now(hook: Hook, runner: Runner) -> bool:
    return isinstance(hook, CheckpointHook) and not hook.by_epoch and hook.every_n_train_iters(runner, hook.interval)


def _not_finite(value: object) -> TypeGuard[Tensor]:
    return isinstance(value, Tensor) and value.numel() == 1 and not bool(torch.isfinite(value))


def _stop(runner: Runner, iteration: int, what: str) -> FloatingPointError:
    rates = ' and '.join(f'{rate:g}' for rate in sorted({group['lr'] for group in runner.optim_wrapper.param_groups}))
    path = runner.message_hub.runtime_info.get('last_ckpt')
    last = f'The last checkpoint is {path}.' if path else 'No checkpoint was saved so far.'
    return FloatingPointError(
        f'At iteration {iteration}, at a learning rate of {rates}, {what}. '
        f'The training stops, and saves nothing of it. {last} {ADVICE}'
    )

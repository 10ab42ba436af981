"""What trains, and what it cost."""

from __future__ import annotations

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmvpt.engine.batches import describe_batches
from mmvpt.layers.memory import peak_memory
from mmvpt.layers.unwrap import unwrap
from mmvpt.models.bindings import ROWS_SHOWN
from mmvpt.models.parts import count_parameters, describe_bindings, tuned_backbones
from mmvpt.registry import HOOKS


@HOOKS.register_module()
class ReportHook(Hook):
    """Log what was bound where, what trains and on how many images; at the end memory, time and the last metric."""

    priority = 'LOW'

    def __init__(self) -> None:
        self._metrics: dict[str, float] = {}

    def before_train(self, runner: Runner) -> None:
        """Log what tuners bound where, what is about to train, and on how many images."""
        runner.logger.info('Bindings of ' + describe_bindings(unwrap(runner.model), limit=ROWS_SHOWN))
        runner.logger.info('Parameters\n' + format_parameters(unwrap(runner.model)))
        runner.logger.info('Batches\n' + describe_batches(runner))

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Remember the last metric."""
        self._metrics = metrics or {}

    def after_train(self, runner: Runner) -> None:
        """Log the table and the costs."""
        lines = [
            'Parameters and costs',
            format_parameters(unwrap(runner.model)),
            f'Peak memory           {_peak_memory()}',
            f'Seconds per iteration {_seconds_per_iteration(runner)}',
        ]
        lines += [f'{name:<21} {value:.4f}' for name, value in self._metrics.items()]
        runner.logger.info('\n'.join(lines))


def format_parameters(model: nn.Module) -> str:
    """Trained and total parameters of base, tuner and the other children of the model, with their sum."""
    prefixes = list(tuned_backbones(model))

    def part_of_name(name: str) -> str:
        prefix = next((prefix for prefix in prefixes if name.startswith(prefix)), '')
        return prefix + name.removeprefix(prefix).partition('.')[0]

    counts = count_parameters(model, part_of_name)
    counts['all'] = sum(trained for trained, _ in counts.values()), sum(total for _, total in counts.values())
    width = max(map(len, counts))
    rows = [f'{"part":<{width}}  {"trained":>13}  {"total":>13}  {"%":>6}']
    for part, (trained, total) in counts.items():
        rows.append(f'{part:<{width}}  {trained:>13,}  {total:>13,}  {100 * trained / max(total, 1):>6.2f}')
    return '\n'.join(rows)


def _peak_memory() -> str:
    if torch.cuda.is_available():
        return f'{torch.cuda.max_memory_allocated() / 2**20:,.0f} MB on the GPU'
    return f'{peak_memory() / 2**20:,.0f} MB resident in the process'


def _seconds_per_iteration(runner: Runner) -> str:
    times = runner.message_hub.log_scalars.get('train/time')
    return f'{times.mean():.3f}' if times else 'not measured (default_hooks.timer is off)'

"""Our hooks in a config: switching them off by name, and a warning if they are missing."""

from __future__ import annotations

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmvpt.layers.unwrap import unwrap
from mmvpt.models.parts import has_tuned_backbone

from .hooks import DataCheckHook, DeltaCheckpointHook, GuardHook, ReportHook, SeededRunHook

OUR_HOOKS: tuple[type[Hook], ...] = (SeededRunHook, DataCheckHook, ReportHook, GuardHook, DeltaCheckpointHook)
#: Entries of default_hooks that MMEngine has even where a config does not name them.
OF_MMENGINE = ('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint')


def drop_switched_off(cfg: Config) -> None:
    """Remove hooks that a config sets to None; MMEngine supports that for its own hooks only."""
    hooks = cfg.get('default_hooks') or {}
    for name in [name for name, hook in hooks.items() if hook is None and name not in OF_MMENGINE]:
        del hooks[name]


def warn_of_missing_hooks(runner: Runner) -> None:
    """Warn of hooks of ours that a run with a tuned backbone lacks, or has twice."""
    if not has_tuned_backbone(unwrap(runner.model)):
        return
    counts = {kind: sum(isinstance(hook, kind) for hook in runner.hooks) for kind in OUR_HOOKS}
    missing = [f'{kind.__name__} ({_purpose(kind)})' for kind, count in counts.items() if not count]
    if missing:
        runner.logger.warning(
            f'This run lacks {", ".join(missing)}. Put mmvpt::_base_/hooks.py first into _base_, and set '
            'default_hooks = _base_.mmvpt_hooks; keep custom_hooks for your own hooks.'
        )
    twice = [kind.__name__ for kind, count in counts.items() if count > 1]
    if twice:
        runner.logger.warning(
            f'This run has more than one {", ".join(twice)}: default_hooks and custom_hooks both name it. '
            'Take it out of custom_hooks.'
        )


def _purpose(kind: type[Hook]) -> str:
    """Return the first sentence of the docstring of a hook, to be put into another sentence."""
    first = (kind.__doc__ or '').partition('\n')[0].rstrip('.')
    return first[:1].lower() + first[1:]

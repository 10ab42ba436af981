"""Our hooks in a run: a warning names those that are missing or come twice."""

from __future__ import annotations

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmvpt.layers.unwrap import unwrap
from mmvpt.models.parts import has_tuned_backbone

from . import hooks

#: All that configs/_base_/hooks.py names.
OUR_HOOKS: tuple[type[Hook], ...] = tuple(getattr(hooks, name) for name in hooks.__all__)


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

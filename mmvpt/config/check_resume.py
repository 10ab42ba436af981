"""What a resumed run changes against its start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mmvpt.text.refused import Refused

from .problem import show

#: What changes nothing that is learnt, or where it is learnt: not compared.
ASIDE = re.compile(
    r'(work_dir|load_from|resume|launcher|experiment_name|filename|visualizer|vis_backends|log_\w+|env_cfg|mmvpt_hooks)(\..*)?'
    r'|(train|val|test)_dataloader(\.\d+)?\.(num_workers|persistent_workers|pin_memory|prefetch_factor)'
    r'|.*\.data_root|.*\.init_cfg(\.\d+)?\.checkpoint|(val|test)_evaluator(\.\d+)?\.ann_file'
    r'|default_hooks\.(logger|timer|visualization)\..*|(test|tta)_.*'
)
#: What makes it another run.
ANOTHER = re.compile(
    r'(model|data_preprocessor|optim_wrapper|param_scheduler|auto_scale_lr)(\..*)?|randomness(\.seed)?'
    r'|train_dataloader(\..*)?|train_cfg\.(type|by_epoch)'
)
READ = (
    'model',
    'data_preprocessor',
    'optim_wrapper',
    'param_scheduler',
    'auto_scale_lr',
    'randomness',
    'train_dataloader',
    'train_cfg',
    'val_dataloader',
    'val_evaluator',
    'default_hooks',
    'custom_hooks',
)


@dataclass(frozen=True)
class RunChange:
    """One value that is other than when the run began.

    Args:
        path: Its dotted path.
        before: What it was.
        now: What it is.
    """

    path: str
    before: object
    now: object

    @property
    def makes_another_run(self) -> bool:
        """Whether what follows is no continuation of what was."""
        return bool(ANOTHER.fullmatch(self.path))

    def __str__(self) -> str:
        return f'{self.path}: {_spell(self.before)} before, {_spell(self.now)} now'


class _Nothing:
    def __repr__(self) -> str:
        return 'nothing'


NOT_THERE = _Nothing()


def changes_since(before: Mapping[str, object], now: Mapping[str, object]) -> list[RunChange]:
    """Return what differs between the config that a run began with and the one that it goes on with."""
    return [change for key in READ for change in _differences(before.get(key), now.get(key), key)]


def refuse_another_run(changes: list[RunChange], checkpoint: str) -> None:
    """Refuse to go on with what makes it another run."""
    wrong = [change for change in changes if change.makes_another_run]
    if wrong:
        lines = [f'  {change}' for change in wrong]
        raise Refused(
            '\n'.join([f'{checkpoint} is of another run than this config describes:', *lines])
            + '\nSet these as they were. To begin a new run with its weights, give load_from in place of --resume. '
            'To go on with the changes all the same, add --allow-changes.'
        )


def _differences(before: object, now: object, path: str) -> Iterator[RunChange]:
    if ASIDE.fullmatch(path):
        return
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in [*before, *(key for key in now if key not in before)]:
            yield from _differences(before.get(key, NOT_THERE), now.get(key, NOT_THERE), f'{path}.{key}')
    elif isinstance(before, list | tuple) and isinstance(now, list | tuple) and len(before) == len(now):
        for number, (one, other) in enumerate(zip(before, now, strict=True)):
            yield from _differences(one, other, f'{path}.{number}')
    elif before != now and not (before in (None, NOT_THERE) and now in (None, NOT_THERE)):
        yield RunChange(path, before, now)


def _spell(value: object) -> str:
    return show(value, 40)

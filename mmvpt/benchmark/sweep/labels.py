"""What a config's training is called in reports, as far as the config says it."""

from __future__ import annotations

from pathlib import Path

from mmengine.config import Config, ConfigDict

from mmvpt.config.datasets import configured_datasets
from mmvpt.config.listing import list_configs
from mmvpt.config.open import open_config
from mmvpt.datasets.card import data_source
from mmvpt.runs.commands import Overrides

from .plan import Labels

#: Methods that prune in their papers; without that they are another method.
WITH_PRUNING = ('e2vpt',)
#: Names of splits in paths of data, which tell nothing of the task.
NOT_TASKS = ('train', 'val', 'test', 'images', 'data')


def labels_of(config: str, options: Overrides, pruned: bool = False) -> Labels:
    """Labels of a config: names of its fragments where it is one of ours, else of its types.

    Args:
        config: A path, or ``mmvpt::`` and the name of one of ours.
        options: Overrides, by dotted key.
        pruned: Whether prompts are pruned.
    """
    cfg = open_config(config, options)
    name = Path(cfg.filename or 'config').stem
    ours = {entry.name: entry for entry in list_configs()}.get(name)
    dataset = next(iter(configured_datasets(cfg.train_dataloader.dataset)))
    normal = cfg.get('data_preprocessor') or {}
    return Labels(
        name=name,
        task=_task(dataset),
        method=method_name(ours.method if ours else _method(cfg), pruned),
        base=ours.backbone if ours else _base(cfg),
        group=str(cfg.get('group', '')),
        protocol='; '.join(filter(None, [cfg.get('protocol'), f'mean {normal.get("mean")}, std {normal.get("std")}'])),
        source=data_source(Path(dataset.get('data_root') or '.', dataset.get('task', ''))),
    )


def method_name(method: str, pruned: bool) -> str:
    """What a method is called that prunes, or does not, as the tables of papers tell them apart."""
    if method in WITH_PRUNING:
        return method if pruned else f'{method}_unpruned'
    return f'{method}_pruned' if pruned else method


def _task(dataset: ConfigDict) -> str:
    """The name of the task of a data set, or of its folder."""
    if dataset.get('task'):
        return str(dataset['task'])
    parts = [part for part in Path(dataset.get('data_root') or '').parts if part not in (*NOT_TASKS, '/')]
    return parts[-1] if parts else str(dataset.get('type'))


def _method(cfg: Config) -> str:
    """Names of the tuners, and of a head that is more than a layer."""
    tuner = cfg.model.get('backbone', {}).get('tuner') or {}
    tuners = tuner if isinstance(tuner, list) else [tuner]
    names = [str(one.get('type', 'none')).rpartition('.')[2] for one in tuners]
    layers = cfg.model.get('head', {}).get('num_layers', 1)
    return '+'.join([*names, *([f'MLP-{layers}'] if layers > 1 else [])])


def _base(cfg: Config) -> str:
    """The file of the pretrained weights, or the type of the backbone."""
    backbone = cfg.model.get('backbone', {})
    checkpoint = (backbone.get('init_cfg') or {}).get('checkpoint')
    kind = (backbone.get('backbone') or backbone).get('type', 'backbone')
    return f'{kind} of {Path(checkpoint).stem}' if checkpoint else f'{kind}, random'

"""All that mmvpt changes in MMEngine: what, when, why, and what would make it unnecessary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from os.path import isfile

from mmengine.config import Config
from mmengine.config.utils import MODULE2PACKAGE

from mmvpt.config.find import PREFIX, find_config

#: Looks up a config of a package: its path, and the scope that it is written for.
LookUp = Callable[[str, str], tuple[str, str | None]]


@dataclass(frozen=True)
class Change:
    """One thing that is other than MMEngine has it.

    Args:
        what: The name that is changed.
        where: The module of ours that does it.
        when: What has to happen before it is changed.
        why: What would not work otherwise.
        upstream: What MMEngine would have to do to make it unnecessary.
    """

    what: str
    where: str
    when: str
    why: str
    upstream: str


CHANGES = (
    Change(
        what='mmengine.config.Config._get_cfg_path',
        where='mmvpt.mmengine_patches',
        when='import mmvpt',
        why='`mmvpt::NAME` is a file or a row of a table, and needs no folder in its name.',
        upstream='A registry of functions that look up configs by prefix.',
    ),
    Change(
        what='mmengine.config.utils.MODULE2PACKAGE',
        where='mmvpt.mmengine_patches',
        when='import mmvpt',
        why='It maps `mmseg::` to the distribution of OpenMMLab; that of OneDL has another name.',
        upstream='To look packages up by the name of their module.',
    ),
    Change(
        what='mmengine.runner.checkpoint.CheckpointLoader',
        where='mmvpt.files.loaders',
        when='import mmvpt.registry, which any config does that names a type of mmvpt',
        why='Files of weights are read without running code that they may carry; it knows no .safetensors and no .npz.',
        upstream='torch.load with weights_only=True, and readers by suffix.',
    ),
    Change(
        what='mmengine.config.Config.fromstring',
        where='mmvpt.files.loaders',
        when='import mmvpt.registry, which any config does that names a type of mmvpt',
        why='The text of a config that was read out of a checkpoint is data; MMEngine runs it as a program.',
        upstream='To save the configs of checkpoints as JSON, and to read them so.',
    ),
    Change(
        what='mmengine.runner.checkpoint.load_state_dict',
        where='mmvpt.delta.load',
        when='import mmvpt.registry, which any config does that names a type of mmvpt',
        why='It warns of unknown names and takes any kind of numbers; a delta that does not fit is refused.',
        upstream='An option that makes load_checkpoint strict for all tools.',
    ),
    Change(
        what='mmengine.fileio.backends.registry_utils.backends',
        where='mmvpt.files.write, mmvpt.delta.files',
        when='import of these modules',
        why='Two more file backends: one replaces files whole or not at all, one writes the file of a delta as well.',
        upstream='Nothing: this is how backends are added.',
    ),
    Change(
        what='__getitems__ of the training data set of a run',
        where='mmvpt.datasets.fetch',
        when='SeededRunHook and DataCheckHook, before a training',
        why='Each sample draws its random numbers from its own seed; an error names the sample and its file.',
        upstream='A sampler that can hand a seed to the data set with each index.',
    ),
    Change(
        what='the sampler of the training data of a run',
        where='mmvpt.datasets.fetch',
        when='SeededRunHook, before a training',
        why='A resumed run goes on where it stopped and need not load what it skips.',
        upstream='IterBasedTrainLoop that skips indices and not batches.',
    ),
)


def teach_mmengine() -> None:
    """Let configs inherit ``mmvpt::x.py``, and ``mmseg::x.py`` where OneDL's build is installed.

    MMEngine knows a package by the name of its distribution: OneDL renamed those, but not the modules. And it
    wants a folder in the name (``mmdet::yolo/x.py``), which flat configs do not have.
    """
    for module, distribution in MODULE2PACKAGE.items():
        if module != distribution and not _is_installed(distribution):
            MODULE2PACKAGE[module] = module
    MODULE2PACKAGE['mmvpt'] = 'mmvpt'
    if not hasattr(Config._get_cfg_path, 'before_mmvpt'):
        Config._get_cfg_path = staticmethod(_wrap(Config._get_cfg_path))


def read_weights_ourselves() -> None:
    """Hand MMEngine our readers of weights; they need torch, which ``import mmvpt`` does without."""
    import_module('mmvpt.files.loaders')
    import_module('mmvpt.delta.load')  # and what it knows of deltas


def _wrap(get_cfg_path: LookUp) -> LookUp:
    look_up = cache(get_cfg_path)  # MMEngine reads every metafile of a package for each of its configs

    def resolve(cfg_path: str, filename: str) -> tuple[str, str | None]:
        if cfg_path.startswith(PREFIX):
            return find_config(cfg_path), None  # our configs are written for their host's scope, not for ours
        path, scope = look_up(cfg_path, filename)
        return (path if isfile(path) else find_config(path)), scope  # a path to what is a row now

    resolve.before_mmvpt = get_cfg_path  # type: ignore[attr-defined]
    return resolve


def _is_installed(distribution: str) -> bool:
    try:
        return bool(version(distribution))
    except PackageNotFoundError:
        return False

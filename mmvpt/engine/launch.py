"""From a config and a few options to a run: what ``tools/train.py`` and ``tools/test.py`` call."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from copy import deepcopy
from pathlib import Path

import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from mmvpt.config.blame import parts_named
from mmvpt.config.check import open_checked
from mmvpt.config.hosts import HOSTS
from mmvpt.engine.distributed import VARIABLES, shutdown, start_gloo, wrap_for_cpu
from mmvpt.engine.evaluate import OUT_ITEMS, set_output, set_tta, show_predictions, write_metrics
from mmvpt.engine.loops import build_loops
from mmvpt.engine.our_hooks import warn_of_missing_hooks
from mmvpt.engine.resume.compare import check_resumed
from mmvpt.engine.resume.find import existing_checkpoint, find_latest_checkpoint
from mmvpt.engine.total_batch import count_processes, set_total_batch
from mmvpt.files.read import ALLOW_PICKLE
from mmvpt.text.full_disk import say_where_full
from mmvpt.text.once import say
from mmvpt.text.refused import Refused

__all__ = ['LAUNCHERS', 'OUT_ITEMS', 'allow_pickle', 'shutdown', 'test', 'train']

LAUNCHERS = ('none', *VARIABLES)
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
#: After a full disk.
GO_ON = 'give the same command with --resume: what was written before is whole'
VALIDATION = ('val_cfg', 'val_dataloader', 'val_evaluator')
#: What a test does not read.
OF_TRAINING = ('train_cfg', 'train_dataloader', 'optim_wrapper', 'param_scheduler', 'load_from', *VALIDATION)


def train(
    config: str,
    *,
    work_dir: str | None = None,
    resume: str | None = None,
    allow_changes: bool = False,
    amp: bool = False,
    auto_scale_lr: bool = False,
    total_batch: int | None = None,
    validate: bool = True,
    pin_memory: bool = True,
    persistent_workers: bool = True,
    cfg_options: Mapping[str, object] | None = None,
    launcher: str = 'none',
) -> Runner:
    """Train what a config describes, and return the runner at the end of it.

    Args:
        config: A path, or ``mmvpt::`` and the name of one of our configs.
        work_dir: Folder for logs and checkpoints, before the config's own.
        resume: A checkpoint to go on from, or ``'auto'``: the newest readable one in the work folder.
        allow_changes: Whether to go on though the config is that of another run.
        amp: Whether to train in mixed precision.
        auto_scale_lr: Whether to scale the learning rate by actual over original batch size.
        total_batch: Images of one step of the optimizer, whatever the number of processes: see ``set_total_batch``.
        validate: Whether to evaluate during training.
        pin_memory: False keeps batches in plain memory, whatever the config says.
        persistent_workers: False starts new workers for each epoch, whatever the config says.
        cfg_options: Overrides, by dotted key; the other options come after them.
        launcher: Who started the processes: ``none``, ``pytorch``, ``slurm`` or ``mpi``.
    """
    unread = [*(['load_from'] if resume else []), *([] if validate else VALIDATION)]
    cfg = load_config(config, work_dir, cfg_options, unread)
    turn_off_in_loaders(cfg, pin_memory=pin_memory, persistent_workers=persistent_workers)
    if not validate:
        cfg.update(dict.fromkeys(VALIDATION))
    if amp:
        set_amp(cfg)
    if auto_scale_lr:
        set_auto_scale_lr(cfg)
    if total_batch is not None:
        set_total_batch(cfg, total_batch, count_processes(launcher))
    if resume:
        set_resume(cfg, resume, allow_changes)
    with parts_named(cfg), say_where_full(cfg.work_dir, GO_ON):
        runner = build_runner(cfg, launcher)
        warn_of_missing_hooks(runner)
        build_loops(runner, 'train', 'val')
        runner.train()
    return runner


def test(
    config: str,
    checkpoint: str,
    *,
    work_dir: str | None = None,
    out: str | None = None,
    out_item: str | None = None,
    amp: bool = False,
    show: bool = False,
    show_dir: str | None = None,
    interval: int = 1,
    wait_time: float = 2.0,
    tta: bool = False,
    pin_memory: bool = True,
    cfg_options: Mapping[str, object] | None = None,
    launcher: str = 'none',
) -> dict[str, float]:
    """Evaluate a checkpoint, full or delta, and return its metrics.

    Args:
        config: A path, or ``mmvpt::`` and the name of one of our configs.
        checkpoint: A ``.pth`` of MMEngine, or the ``.safetensors`` of a delta.
        work_dir: Folder for logs, before the config's own.
        out: Folder of label maps (segmentation), ``.pkl`` file of predictions, or file of metrics in any format.
        out_item: What goes there, ``pred`` (predictions, the default) or ``metrics``.
        amp: Whether to evaluate in mixed precision: float16 on a GPU, bfloat16 on a CPU.
        show: Whether to open a window with each prediction, for ``wait_time`` seconds.
        show_dir: A folder for drawn predictions.
        interval: One of so many predictions is drawn; mmpretrain alone can leave some out.
        wait_time: Seconds that each window stays open.
        tta: Whether to average over augmented copies of each image.
        pin_memory: As for :func:`train`, like ``cfg_options`` and ``launcher``.
    """
    cfg = load_config(config, work_dir, cfg_options, OF_TRAINING)
    cfg.load_from, cfg.resume = existing_checkpoint(checkpoint), False
    turn_off_in_loaders(cfg, pin_memory=pin_memory)
    if amp:
        cfg.test_cfg.fp16 = True
    if show or show_dir or interval != 1:
        show_predictions(cfg, show, show_dir, wait_time, interval)
    if tta:
        set_tta(cfg)
    if out or out_item:
        set_output(cfg, out, out_item or 'pred')
    with parts_named(cfg):
        runner = build_runner(cfg, launcher)
        build_loops(runner, 'test')
    metrics = runner.test()
    if out and out_item == 'metrics':
        write_metrics(metrics, out)
    return metrics


def load_config(
    config: str, work_dir: str | None, cfg_options: Mapping[str, object] | None, unread: Collection[str] = ()
) -> Config:
    """Open a config, check it, and complete it for a run.

    Args:
        config: A path, or ``mmvpt::`` and the name of one of our configs.
        work_dir: Folder of the run, before the config's own.
        cfg_options: Overrides, by dotted key.
        unread: Keys at top level that this run does not read, and that are not checked.
    """
    cfg = open_checked(config, cfg_options, unread)
    complete(cfg, work_dir)
    return cfg


def complete(cfg: Config, work_dir: str | None) -> None:
    """Give a config a work folder, and its loaders the defaults of the host's own tools."""
    if work_dir or not cfg.get('work_dir'):
        assert cfg.filename is not None
        cfg.work_dir = work_dir or str(Path('work_dirs') / Path(cfg.filename).stem)
    host = HOSTS.get(cfg.get('default_scope'))
    for loader in LOADERS:
        if cfg.get(loader):
            set_loader_defaults(cfg[loader], host.loader_defaults if host else {})


def set_loader_defaults(loader: ConfigDict, of_host: Mapping[str, object]) -> None:
    """Keep workers between epochs and pin memory for a GPU, unless the config says otherwise; then the host's own."""
    loader.setdefault('persistent_workers', loader.get('num_workers', 0) > 0)
    loader.setdefault('pin_memory', torch.cuda.is_available())
    for option, value in of_host.items():
        loader.setdefault(option, deepcopy(value))


def turn_off_in_loaders(cfg: Config, **options: bool) -> None:
    """Turn options of all loaders off where they are False, whatever the config says."""
    off = {name: value for name, value in options.items() if not value}
    for loader in LOADERS:
        if cfg.get(loader):
            cfg[loader].update(off)


def set_amp(cfg: Config) -> None:
    """Train in mixed precision."""
    if not torch.cuda.is_available():
        raise Refused('--amp needs a GPU: MMEngine has no mixed precision for the CPU. Leave --amp out.')
    wrapper = cfg.optim_wrapper.get('type', 'OptimWrapper')
    if wrapper not in ('OptimWrapper', 'AmpOptimWrapper'):
        raise Refused(f'--amp replaces an OptimWrapper, but the config has {wrapper}. Set its precision there.')
    cfg.optim_wrapper.type = 'AmpOptimWrapper'
    cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')


def set_auto_scale_lr(cfg: Config) -> None:
    """Scale the learning rate by actual over original batch size."""
    if 'base_batch_size' not in (cfg.get('auto_scale_lr') or {}):
        raise Refused(
            f'--auto-scale-lr has to know the batch size for which {cfg.filename} has its learning rate. '
            'Add auto_scale_lr=dict(base_batch_size=...) to it, or leave the option out.'
        )
    cfg.auto_scale_lr.enable = True


def set_resume(cfg: Config, resume: str, allow_changes: bool = False) -> None:
    """Go on from a checkpoint: the given one, or the newest that can be read.

    A config that makes another run of it is refused unless changes are allowed.
    """
    found = find_latest_checkpoint(cfg.work_dir) if resume == 'auto' else existing_checkpoint(resume)
    if found is None:
        say(f'No checkpoint in {cfg.work_dir} to resume from: training starts from the beginning.')
        return
    check_resumed(cfg, found, allow_changes)
    cfg.load_from, cfg.resume = found, True


def build_runner(cfg: Config, launcher: str) -> Runner:
    """Build the runner of a config, among several processes where a launcher started them."""
    cfg.launcher = launcher
    if launcher != 'none' and not torch.cuda.is_available():
        start_gloo(launcher)
        wrap_for_cpu(cfg)
    return RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)


def allow_pickle() -> None:
    """Let this process and its children read files that may run code."""
    os.environ[ALLOW_PICKLE] = '1'
    say('--allow-pickle: a .pth file may now run any code on this machine. Use it only for files you trust.')

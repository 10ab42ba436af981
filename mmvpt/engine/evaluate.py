"""Options of a test: drawn predictions, written predictions, and augmented images."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

import numpy as np
from mmengine.config import Config, ConfigDict
from mmengine.dist import master_only
from mmengine.fileio import dump
from torch import Tensor

from mmvpt.config.datasets import innermost
from mmvpt.config.hosts import Host, host_of
from mmvpt.text.refused import Refused

#: What a file can hold, and the suffixes of those files.
OUT_ITEMS = {'metrics': ('.json', '.yml', '.yaml', '.pkl', '.pickle'), 'pred': ('.pkl', '.pickle')}


def show_predictions(cfg: Config, show: bool, folder: str | None, wait_time: float, interval: int = 1) -> None:
    """Draw predictions, all or one of each ``interval``: in a window, into a folder, or both."""
    host = host_of(cfg)
    hook = dict(host.drawing_hook)
    if interval != 1:
        _check_interval(interval, host, bool(show or folder))
        hook['interval'] = interval
    cfg.setdefault('visualizer', ConfigDict(type=host.visualizer, vis_backends=[dict(type='LocalVisBackend')]))
    hooks = cfg.setdefault('default_hooks', ConfigDict())
    hooks.visualization = ConfigDict({**hooks.get('visualization', {}), **hook})
    if show:
        hooks.visualization.update(show=True, wait_time=wait_time)
    if folder and host.folder_key:
        hooks.visualization[host.folder_key] = str(Path(folder).absolute())
    elif folder:
        cfg.visualizer.save_dir = folder


def set_tta(cfg: Config) -> None:
    """Average over augmented copies of each image: those of the config, else flipped ones."""
    host = host_of(cfg)
    if not host.draws_augmented and _draws(cfg):
        raise Refused(f'{host.name} cannot draw augmented images. Leave --tta or --show and --show-dir out.')
    dataset = innermost(cfg.test_dataloader.dataset)
    for key in ('tta_model', 'tta_pipeline'):
        if key not in cfg and host.tta_model is None:
            raise Refused(
                f'--tta needs `{key}`, which {cfg.filename} does not define. '
                f'The configs that come with {host.name} show what it looks like.'
            )
    if 'tta_model' not in cfg:
        cfg.tta_model = ConfigDict(host.tta_model)
    if 'tta_pipeline' not in cfg:
        cfg.tta_pipeline = _flipped(dataset.pipeline, host.tta_meta_keys)
    dataset.pipeline = cfg.tta_pipeline
    cfg.model = ConfigDict(**cfg.tta_model, module=cfg.model)


def set_output(cfg: Config, out: str | None, item: str = 'pred') -> None:
    """Write predictions too (label maps into a folder, else a ``.pkl`` file), or see that metrics can be written."""
    if item not in OUT_ITEMS:
        raise Refused(f'--out-item {item}: what can be written is {" or ".join(OUT_ITEMS)}.')
    if not out:
        raise Refused(f'--out-item {item} says what to write, but not where. Add --out, or leave it out.')
    if item == 'metrics':
        _check_suffix(out, item)
    else:
        _dump_predictions(cfg, out)


@master_only
def write_metrics(metrics: Mapping[str, object], out: str) -> None:
    """Write metrics as plain numbers, in the format of the suffix."""
    arrays = (Tensor, np.ndarray, np.generic)
    numbers = {name: value.tolist() if isinstance(value, arrays) else value for name, value in metrics.items()}
    dump(numbers, out)


def _dump_predictions(cfg: Config, out: str) -> None:
    evaluators = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
    metric = host_of(cfg).dump_metric
    if metric is None:
        cfg.test_evaluator = [ConfigDict(evaluator, output_dir=out, keep_results=True) for evaluator in evaluators]
    else:
        _check_suffix(out, 'pred')
        cfg.test_evaluator = [*evaluators, ConfigDict(type=metric, out_file_path=out)]


def _check_suffix(out: str, item: str) -> None:
    if not out.endswith(OUT_ITEMS[item]):
        raise Refused(f'--out {out}: the name of a file for {item} must end in {", ".join(OUT_ITEMS[item])}.')


def _check_interval(interval: int, host: Host, draws: bool) -> None:
    if interval < 1:
        raise Refused(f'--interval {interval}: one of so many predictions is drawn, so it is 1 or more.')
    if not draws:
        raise Refused('--interval is of drawn predictions. Add --show-dir or --show, or leave it out.')
    if not host.draws_every_nth:
        raise Refused(f'{host.name} draws every prediction while testing. Leave --interval out.')


def _draws(cfg: Config) -> bool:
    return bool(cfg.get('default_hooks', {}).get('visualization', {}).get('enable'))


def _flipped(pipeline: list[ConfigDict], meta_keys: tuple[str, ...]) -> list[dict]:
    *before, pack = deepcopy(pipeline)
    flips = [dict(type='RandomFlip', prob=1.0), dict(type='RandomFlip', prob=0.0)]
    keys = dict(meta_keys=list(meta_keys)) if meta_keys else {}
    return [*before, dict(type='TestTimeAug', transforms=[flips, [ConfigDict(pack, **keys)]])]

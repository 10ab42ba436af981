"""What the hosts ask of a config to draw, dump and augment at test time; each has its own words for it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.dist import master_only
from mmengine.fileio import dump

from mmvpt.config.datasets import innermost

# by host: the hook and the visualizer that draw predictions
DRAWING = {
    'mmpretrain': (
        dict(type='mmpretrain.VisualizationHook', enable=True, interval=1),
        'mmpretrain.UniversalVisualizer',
    ),
    'mmseg': (dict(type='mmseg.SegVisualizationHook', draw=True), 'mmseg.SegLocalVisualizer'),
    'mmdet': (dict(type='mmdet.DetVisualizationHook', draw=True), 'mmdet.DetLocalVisualizer'),
}
# by host: the hook's word for the folder; mmseg has it in the visualizer
FOLDER_KEYS = {'mmpretrain': 'out_dir', 'mmdet': 'test_out_dir'}
# by host: what averages predictions, and what the flipped images have to carry, where a config says neither
FLIP_AND_AVERAGE: dict[str, tuple[dict, dict]] = {
    'mmpretrain': (dict(type='mmpretrain.AverageClsScoreTTA'), {}),
    'mmdet': (
        dict(type='DetTTAModel', tta_cfg=dict(nms=dict(type='nms', iou_threshold=0.5), max_per_img=100)),
        dict(meta_keys='img_id img_path ori_shape img_shape scale_factor flip flip_direction'.split()),
    ),
}
# by host: the metric that writes predictions into a file (mmseg's own metric writes a folder of label maps)
DUMPS = {'mmpretrain': 'mmengine.DumpResults', 'mmdet': 'mmdet.DumpDetResults'}
# what a file can hold, and the suffixes of those files
OUT_ITEMS = {'metrics': ('.json', '.yml', '.yaml', '.pkl', '.pickle'), 'pred': ('.pkl', '.pickle')}


def show_predictions(cfg: Config, show: bool, folder: str | None, wait_time: float, interval: int = 1) -> None:
    """Draw predictions, all or one of each ``interval``: in a window, into a folder, or both."""
    host = _host(cfg)
    hook, visualizer = DRAWING[host]
    if interval != 1:
        _check_interval(interval, host, bool(show or folder))
        hook = dict(hook, interval=interval)
    cfg.setdefault('visualizer', ConfigDict(type=visualizer, vis_backends=[dict(type='LocalVisBackend')]))
    hooks = cfg.setdefault('default_hooks', ConfigDict())
    hooks.visualization = ConfigDict({**hooks.get('visualization', {}), **hook})
    if show:
        hooks.visualization.update(show=True, wait_time=wait_time)
    if folder and host in FOLDER_KEYS:
        hooks.visualization[FOLDER_KEYS[host]] = str(Path(folder).absolute())
    elif folder:
        cfg.visualizer.save_dir = folder


def set_tta(cfg: Config) -> None:
    """Average over augmented copies of each image: those of the config, else flipped ones."""
    if _host(cfg) == 'mmpretrain' and _draws(cfg):
        raise ValueError('mmpretrain cannot draw augmented images. Leave --tta or --show and --show-dir out.')
    model, keys = FLIP_AND_AVERAGE.get(_host(cfg), (None, {}))
    if 'tta_model' not in cfg:
        cfg.tta_model = _default(cfg, 'tta_model', model)
    dataset = innermost(cfg.test_dataloader.dataset)
    if 'tta_pipeline' not in cfg:
        cfg.tta_pipeline = _default(cfg, 'tta_pipeline', model and _flipped(dataset.pipeline, keys))
    dataset.pipeline = cfg.tta_pipeline
    cfg.model = ConfigDict(**cfg.tta_model, module=cfg.model)


def set_output(cfg: Config, out: str | None, item: str = 'pred') -> None:
    """Write predictions too (label maps into a folder, else a ``.pkl`` file), or see that metrics can be written."""
    if item not in OUT_ITEMS:
        raise ValueError(f'--out-item {item}: what can be written is {" or ".join(OUT_ITEMS)}.')
    if not out:
        raise ValueError(f'--out-item {item} says what to write, but not where. Add --out, or leave it out.')
    if item == 'metrics':
        _check_suffix(out, item)
    else:
        _dump_predictions(cfg, out)


@master_only
def write_metrics(metrics: Mapping[str, Any], out: str) -> None:
    """Write metrics as plain numbers, in the format of the suffix."""
    dump({name: value.tolist() if hasattr(value, 'tolist') else value for name, value in metrics.items()}, out)


def _dump_predictions(cfg: Config, out: str) -> None:
    evaluators = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
    metric = DUMPS.get(_host(cfg))
    if metric is None:
        cfg.test_evaluator = [ConfigDict(evaluator, output_dir=out, keep_results=True) for evaluator in evaluators]
    else:
        _check_suffix(out, 'pred')
        cfg.test_evaluator = [*evaluators, ConfigDict(type=metric, out_file_path=out)]


def _check_suffix(out: str, item: str) -> None:
    if not out.endswith(OUT_ITEMS[item]):
        raise ValueError(f'--out {out}: the name of a file for {item} must end in {", ".join(OUT_ITEMS[item])}.')


def _check_interval(interval: int, host: str, draws: bool) -> None:
    if interval < 1:
        raise ValueError(f'--interval {interval}: one of so many predictions is drawn, so it is 1 or more.')
    if not draws:
        raise ValueError('--interval is of drawn predictions. Add --show-dir or --show, or leave it out.')
    if host != 'mmpretrain':
        raise ValueError(f'{host} draws every prediction while testing. Leave --interval out.')


def _host(cfg: Config) -> str:
    scope = cfg.get('default_scope')
    if scope not in DRAWING:
        raise ValueError(f'default_scope is {scope!r}; testing knows {", ".join(DRAWING)}. Set it in the config.')
    return scope


def _draws(cfg: Config) -> bool:
    return bool(cfg.get('default_hooks', {}).get('visualization', {}).get('enable'))


def _default(cfg: Config, key: str, value: Any) -> Any:
    if value is None:
        raise ValueError(
            f'--tta needs `{key}`, which {cfg.filename} does not define. '
            f'The configs that come with {_host(cfg)} show what it looks like.'
        )
    return value


def _flipped(pipeline: list, keys: dict) -> list:
    *before, pack = deepcopy(pipeline)
    flips = [dict(type='RandomFlip', prob=1.0), dict(type='RandomFlip', prob=0.0)]
    return [*before, dict(type='TestTimeAug', transforms=[flips, [ConfigDict(pack, **keys)]])]

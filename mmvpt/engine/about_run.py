"""What a delta says of the run that made it, so that a program can use it without the run's config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmengine.runner import Runner

from mmvpt.config.datasets import configured_datasets
from mmvpt.delta.module import DeltaModule, delta_modules
from mmvpt.files.read import read_metadata
from mmvpt.layers.unwrap import unwrap

#: Options of a preprocessor that say which numbers a backbone sees.
NORMALISATION = ('mean', 'std', 'to_rgb', 'bgr_to_rgb', 'rgb_to_bgr')
#: Options of a data set that say nothing of which images it has.
NOT_OF_IMAGES = ('pipeline', 'metainfo', 'data_root', 'backend_args', 'lazy_init', 'serialize_data')


def describe_run(runner: Runner) -> dict[str, object]:
    """Describe config, model, classes, the way an image takes, the base and the training data of a run."""
    cfg, model = runner.cfg, unwrap(runner.model)
    loader = runner.train_dataloader
    metainfo = getattr(loader.dataset, 'metainfo', {})
    return dict(
        config=Path(cfg.filename).stem if cfg.filename else None,
        model=cfg.get('model'),
        dataset_meta={key: metainfo[key] for key in ('classes', 'palette') if key in metainfo},
        pipeline=_pipeline(cfg),
        normalisation=_normalisation(cfg),
        base={prefix: _describe_base(tuned) for prefix, tuned in delta_modules(model).items()},
        data=dict(images=len(loader.dataset), sets=_describe_data(cfg.train_dataloader.dataset)),
    )


def _pipeline(cfg: Config) -> object:
    """Return what happens to an image before the model gets it, when it is tested."""
    loader = cfg.get('test_dataloader') or cfg.get('val_dataloader')
    return next(iter(configured_datasets(loader.dataset))).get('pipeline') if loader else None


def _normalisation(cfg: Config) -> dict[str, object]:
    options = {**(cfg.get('data_preprocessor') or {}), **(cfg.model.get('data_preprocessor') or {})}
    return {key: options[key] for key in NORMALISATION if key in options}


def _describe_base(tuned: DeltaModule) -> dict[str, object]:
    """Return the file of a base, and what that says of where it is from and of its licence."""
    path = tuned.base_file()
    meta = read_metadata(path) if path and path.endswith('.safetensors') and Path(path).is_file() else {}
    return dict(file=path and Path(path).name, **{key: meta[key] for key in ('origin', 'licence') if meta.get(key)})


def _describe_data(dataset: ConfigDict) -> list[Mapping[str, object]]:
    """Return which images the training data are: types, splits, files of annotations, and what takes a part of them."""
    sets = [_of_images(one) for one in configured_datasets(dataset)]
    return [*(_of_images(one) for one in _around(dataset)), *sets]


def _of_images(dataset: ConfigDict) -> Mapping[str, object]:
    return {key: value for key, value in dataset.items() if key not in NOT_OF_IMAGES}


def _around(dataset: ConfigDict) -> Iterator[ConfigDict]:
    """Data sets that repeat others or take a part of them, without those."""
    inside = [*dataset.get('datasets', ()), *([dataset.dataset] if dataset.get('dataset') else [])]
    if inside:
        yield ConfigDict({key: value for key, value in dataset.items() if key not in ('dataset', 'datasets')})
    for one in inside:
        yield from _around(one)

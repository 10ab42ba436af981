"""Training that starts at the first tuned block: what enters it is computed once for each image, and kept on disk."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dist import barrier, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from mmvpt.analysis.features import ImageFeatures, Reading, features_of
from mmvpt.config.datasets import built_datasets
from mmvpt.config.steady import short_type, why_unsteady
from mmvpt.engine.batches import batch_of
from mmvpt.layers.unwrap import unwrap
from mmvpt.models import TunedBackbone
from mmvpt.models.entry import Entry, entry_of
from mmvpt.registry import HOOKS

#: Images that are passed both ways before training, to see that it is the same.
TRIED = 4
#: Of a number of a feature.
FLOAT_BYTES = 4


@HOOKS.register_module()
class FeatureCacheHook(Hook):
    """Train without the frozen blocks before the first tuned one: what they make of each image is computed once.

    For classifiers whose tuner begins deeper than the first block, such as partial-k or late prompts, and whose
    pipelines do the same to an image in each epoch. It says in the log what it does, and for all others why it does
    nothing. Losses are those of a run without it, up to rounding.

    Args:
        folder: Of the files, which runs with the same base and data share; ``features`` in the work folder by default.
    """

    priority = 'LOW'  # after what looks at the data and the model as they are

    def __init__(self, folder: str | None = None) -> None:
        self.folder = folder
        self._undo = ExitStack()

    def before_train(self, runner: Runner) -> None:
        """Compute what is not there yet, and let the model start from it."""
        model = unwrap(runner.model)
        reason = why_uncached(runner.cfg, model)
        if reason is None:
            folder = Path(self.folder or Path(runner.work_dir) / 'features')
            reason = self._start(runner, model, entry_of(model.backbone), folder)  # type: ignore[arg-type]
        if reason is not None:
            runner.logger.info(f'All blocks are computed for every batch: {reason}.')

    def after_train(self, runner: Runner) -> None:
        """Leave model and data as they were."""
        self._undo.close()

    def _start(self, runner: Runner, model: Any, entry: Entry, folder: Path) -> str | None:
        loaders = [runner.train_dataloader, *([runner.val_dataloader] if runner.val_loop is not None else [])]
        image, values = _try(model, entry, loaders[0])
        if not values:
            return 'outputs are read before the first tuned block, or depend on what is left out'
        reading = Reading(f'block {entry.number}', model.backbone.frozen_state(), entry.read)
        needed = sum(len(loader.dataset) for loader in loaders) * values * FLOAT_BYTES
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        barrier()  # all processes look before one writes, so that all decide alike
        if needed > free:
            return f'{folder} has {free / 1e6:,.0f} MB free, and features would take {needed / 1e6:,.0f} MB'
        computed = 0
        for loader in loaders:
            found, places = _features(model, reading, loader, folder)
            computed += found.computed
            (data,) = built_datasets(loader.dataset)
            self._undo.callback(setattr, data, 'pipeline', data.pipeline)  # type: ignore[attr-defined]
            data.pipeline = CachedSample(found.values, places, data.pipeline)  # type: ignore[attr-defined]
        batch = CachedBatch(model.data_preprocessor, image)
        self._undo.enter_context(entry.fed(lambda: batch.features))
        model.data_preprocessor.forward = batch
        self._undo.callback(delattr, model.data_preprocessor, 'forward')
        runner.logger.info(
            f'The first {entry.number} of {len(model.backbone.attachment.blocks)} blocks are frozen: what they make of '
            f'the images is in {folder} ({needed / 1e6:,.1f} MB; {computed:,} images were computed now).'
        )
        return None


@dataclass
class CachedSample:
    """In place of a pipeline: a sample with features for an image.

    Args:
        values: Features of all images.
        places: Where those of an image are, by its index.
        pipeline: What makes a sample of an image.
    """

    values: np.ndarray
    places: Mapping[int, int]
    pipeline: Any

    def __call__(self, info: dict[str, Any]) -> dict[str, Any]:
        packed = self.pipeline.transforms[-1]({**info, 'img': np.zeros((1, 1, 3), np.uint8)})
        row = self.values[self.places[info['sample_idx']]]
        return {**packed, 'inputs': torch.from_numpy(np.array(row))}


@dataclass
class CachedBatch:
    """In place of a preprocessor's work: keeps the features of a batch, and passes one image on to the stem.

    Args:
        preprocessor: Of the model.
        image: A preprocessed image, alone in its batch.
        features: Of the last batch.
    """

    preprocessor: Any
    image: Tensor
    features: Tensor = torch.empty(0)

    def __call__(self, data: dict[str, Any], training: bool = False) -> dict[str, Any]:
        data = self.preprocessor.cast_data(data)
        inputs = data['inputs']
        self.features = inputs if isinstance(inputs, Tensor) else torch.stack(inputs)
        return {**data, 'inputs': self.image}


def why_uncached(cfg: Config, model: nn.Module) -> str | None:
    """Say why a config's model has to compute all blocks for every batch; None where it need not."""
    backbone = getattr(model, 'backbone', None)
    if cfg.get('default_scope') != 'mmpretrain' or not isinstance(backbone, TunedBackbone):
        return 'features are kept for classifiers with one tuned backbone'
    if short_type(cfg.optim_wrapper) not in ('', 'OptimWrapper'):
        return f'{short_type(cfg.optim_wrapper)} makes the steps'
    if reason := why_unsteady(cfg):
        return reason
    return None if entry_of(backbone) else 'tuning begins in the first block, or outside of the blocks'


def _features(
    model: Any, reading: Reading, loader: DataLoader, folder: Path
) -> tuple[ImageFeatures, Mapping[int, int]]:
    """Features of all images of a loader, and where those of each index are; the main process computes them."""
    data: Any = loader.dataset
    indices = [data.get_data_info(place)['sample_idx'] for place in range(len(data))]
    places = {index: place for place, index in enumerate(indices)}
    compute = partial(features_of, model, reading, data, folder, loader.collate_fn, min(batch_of(loader), 64))
    if is_main_process():
        found = compute()
        barrier()
    else:
        barrier()
        found = compute()
    return found, places


def _try(model: Any, entry: Entry, loader: DataLoader) -> tuple[Tensor, int]:
    """Pass some images both ways; return one, preprocessed, and the values of its features: 0 where they do not do."""
    some = Subset(loader.dataset, range(min(TRIED, len(loader.dataset))))  # type: ignore[arg-type]
    samples = loader.collate_fn([some[place] for place in range(len(some))])
    training = model.training
    model.eval()
    with torch.no_grad():
        images = model.data_preprocessor(samples, False)['inputs']
        plain = _flat(model.extract_feat(images))
        features = entry.read(images)
        with entry.fed(lambda: features):
            fed = _flat(model.extract_feat(images[:1]))
    model.train(training)
    same = len(plain) == len(fed) and all(
        one.shape == other.shape and torch.allclose(one, other, rtol=1e-3, atol=1e-4)
        for one, other in zip(plain, fed, strict=True)
    )
    return images[:1], features[0].numel() if same else 0


def _flat(features: Any) -> list[Tensor]:
    if isinstance(features, Tensor):
        return [features]
    return [tensor for part in features for tensor in _flat(part)]

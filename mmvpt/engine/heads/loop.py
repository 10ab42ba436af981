"""The loop that trains many heads in the place of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.runner import EpochBasedTrainLoop, Runner
from torch import Tensor

from mmvpt.analysis.features import ImageFeatures, before_head, features_of
from mmvpt.datasets.fetch import STEP, seed_everything
from mmvpt.engine.batches import batch_of
from mmvpt.files.write import write_atomically
from mmvpt.layers.unwrap import unwrap
from mmvpt.registry import LOOPS
from mmvpt.version import __version__

from .files import HEADS
from .stack import HeadGroup, StackedHeads

#: Images at a time that are evaluated.
CHUNK = 2048


@dataclass(frozen=True)
class _Images:
    """What heads learn of: features of images, and their classes."""

    features: ImageFeatures
    labels: Tensor

    @classmethod
    def of(cls, model: Any, loader: Any, folder: Path) -> _Images:
        data = loader.dataset
        labels = torch.tensor([int(data.get_data_info(place)['gt_label']) for place in range(len(data))])
        size = min(batch_of(loader), 256)
        return cls(features_of(model, before_head(model), data, folder, loader.collate_fn, size), labels)


@LOOPS.register_module()
class HeadsLoop(EpochBasedTrainLoop):
    """Train a head for each pair of learning rate and weight decay, all together; each as a run of its own would.

    The frozen part of the model runs once for each image, and its features are kept in a file. All heads see the same
    batches in the order of a run of its own, and start as its head does. What each came to is in ``heads.json`` in the
    work folder. The optimizer of the config has ``lr=1`` and ``weight_decay=1``: what its groups and the schedulers
    make of them multiplies those of the trials.

    Args:
        runner: The run.
        dataloader: Of the training images.
        max_epochs: How long each head trains.
        val_interval: Epochs between evaluations.
        rates: Learning rate of each head.
        decays: Weight decay of each.
        features: Folder of the features; that of the run by default.
    """

    def __init__(
        self,
        runner: Runner,
        dataloader: Any,
        max_epochs: int,
        rates: Sequence[float],
        decays: Sequence[float],
        val_interval: int = 1,
        features: str | None = None,
    ) -> None:
        super().__init__(runner, dataloader, max_epochs, val_interval=val_interval)
        self.rates, self.decays = rates, decays
        self.folder = Path(features or Path(runner.work_dir) / 'features')

    def run(self) -> Any:
        """Train all heads, and write what they came to."""
        model: Any = unwrap(self.runner.model)
        train, val = (_Images.of(model, loader, self.folder) for loader in (self.dataloader, self.val_dataloader))
        wrapper = self.runner.cfg.optim_wrapper
        max_norm = (wrapper.get('clip_grad') or {}).get('max_norm')
        heads = self.heads = StackedHeads(model.head, self.rates, self.decays, wrapper.optimizer, max_norm)
        names = {id(param): name for name, param in model.head.named_parameters()}
        self.found: list[dict[int, float]] = [{} for _ in self.rates]
        self.failed: list[str] = ['' for _ in self.rates]
        for epoch in range(self.max_epochs):
            self._train(heads, train, names)
            if (epoch + 1) % self.val_interval == 0 or epoch + 1 == self.max_epochs:
                self._evaluate(heads, val, epoch + 1)
        self._note(heads.finite(), 'weights are not finite')
        content = dict(
            heads=[
                dict(lr=rate, weight_decay=decay, evaluations=found, failed=failed)
                for rate, decay, found, failed in zip(self.rates, self.decays, self.found, self.failed, strict=True)
            ],
            computed=train.features.computed + val.features.computed,
            mmvpt_version=__version__,
        )
        text = json.dumps(content, indent=1).encode()
        write_atomically(Path(self.runner.work_dir) / HEADS, lambda file: file.write(text))
        return self.runner.model

    @property
    def val_dataloader(self) -> Any:
        """The loader of the validation images."""
        return self.runner.val_loop.dataloader

    def _train(self, heads: StackedHeads, train: _Images, names: dict[int, str]) -> None:
        """Train an epoch, and move the schedulers as MMEngine's hook does."""
        set_epoch = getattr(self.dataloader.sampler, 'set_epoch', None)
        if set_epoch is not None:
            set_epoch(self._epoch)
        device = heads.rates.device
        for indices in self.dataloader.batch_sampler:
            seed_everything(STEP, self.runner.seed, self._iter, 0)
            labels = train.labels[indices].to(device)
            losses = heads.step(train.features.of(indices, device), labels, self._groups(names))
            self._iter += 1
            self._note(torch.isfinite(losses), f'At iteration {self._iter}, the loss is not finite')
            self._schedule(by_epoch=False)
        self._epoch += 1
        self._schedule(by_epoch=True)

    def _groups(self, names: dict[int, str]) -> list[HeadGroup]:
        """What the optimizer of the run has for each group now."""
        groups = self.runner.optim_wrapper.optimizer.param_groups  # without the group that MMEngine logs
        return [
            HeadGroup([names[id(param)] for param in group['params']], group['lr'], group['weight_decay'])
            for group in groups
        ]

    def _schedule(self, by_epoch: bool) -> None:
        schedulers = self.runner.param_schedulers
        for scheduler in schedulers if isinstance(schedulers, list) else []:
            if scheduler.by_epoch == by_epoch:
                scheduler.step()

    def _evaluate(self, heads: StackedHeads, val: _Images, epoch: int) -> None:
        """Accuracies of all heads, in percent."""
        number = len(val.labels)
        right = torch.zeros(heads.number, dtype=torch.long, device=heads.rates.device)
        for start in range(0, number, CHUNK):
            some = slice(start, start + CHUNK)
            right += heads.right(val.features.of(some, right.device), val.labels[some].to(right.device))
        accuracies = (100 * right.double() / number).tolist()
        for found, failed, accuracy in zip(self.found, self.failed, accuracies, strict=True):
            if not failed:
                found[epoch] = accuracy
        best = max((found[epoch] for found in self.found if epoch in found), default=float('nan'))
        self.runner.logger.info(f'Epoch(val) [{epoch}] the best of {heads.number} heads: {best:.4f}')

    def _note(self, fine: Tensor, what: str) -> None:
        """Give up the heads that are not fine."""
        for place in (~fine).nonzero().flatten().tolist():
            self.failed[place] = self.failed[place] or f'{what}.'

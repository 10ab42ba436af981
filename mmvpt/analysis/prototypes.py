"""Class prototypes: what a frozen backbone makes of each class of the training split (VPT, appendix B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, set_random_seed
from rich.progress import track
from torch import Tensor, nn
from torch.utils.data import DataLoader

from mmvpt.anatomy import Anatomy, Site, describe
from mmvpt.config.datasets import innermost
from mmvpt.files.prototypes import Prototypes, fingerprint_of
from mmvpt.models.parts import tuned_backbones
from mmvpt.models.pretrained import split_init_cfg
from mmvpt.registry import MODELS
from mmvpt.text.quiet import quietly
from mmvpt.version import __version__

MOST = 200  # prototypes in the paper, which clusters the means of more classes
ROUNDS = 300  # of k-means, at most


def compute_prototypes(
    cfg: Config, number: int | None = None, augment: bool = False, seed: int = 0, device: str | None = None
) -> Prototypes:
    """Average what passes each block over the images of each class; many classes are clustered.

    That is the class token where there is one, and the mean of the patches where there is none. The tuner of the config
    has no part in it.

    Args:
        cfg: Of a classifier with a tuned backbone.
        number: How many prototypes; None is one for each class, and 200 where there are more.
        augment: See images as training does; else as tests do.
        seed: Of clusters and augmentation.
        device: Where to compute; None is a GPU if there is one.
    """
    init_default_scope(cfg.get('default_scope', 'mmengine'))
    set_random_seed(seed)
    loader = _loader(cfg, augment, seed)
    names = _class_names(cfg, loader)
    number = min(len(names), MOST) if number is None else number
    if not 1 <= number <= len(names):
        raise ValueError(f'{number} prototypes of {len(names)} classes. There can be 1 to {len(names)}.')
    device = device or ('cuda' if torch.cuda.is_available() else 'cpu')
    model = _plain_model(cfg).to(device).eval()
    (tuned,) = tuned_backbones(model).values()
    anatomy = describe(tuned.backbone)
    means = _class_means(model, anatomy, loader, names)
    groups = cluster(means[f'output.{len(means) // 2 - 1}'], number, seed)
    meta = dict(
        base=fingerprint_of(tuned.backbone, anatomy.tokens),
        classes=[[names[index] for index in (groups == group).nonzero().flatten()] for group in range(number)],
        num_images=len(loader.dataset),  # type: ignore[arg-type]
        data=_what_is_read(cfg, augment),
        mmvpt_version=__version__,
    )
    return Prototypes({name: average(mean, groups, number).float() for name, mean in means.items()}, meta)


# ------------------------------------------------------------------------------------------------------ data and model


def _dataset(cfg: Config, augment: bool) -> ConfigDict:
    """Config of the training split, each image once, seen as tests see it unless augmented."""
    training = innermost(cfg.train_dataloader.dataset)
    seen_by = cfg.train_dataloader if augment else cfg.get('test_dataloader') or cfg.val_dataloader
    return ConfigDict({**training, 'pipeline': innermost(seen_by.dataset).pipeline})


def _loader(cfg: Config, augment: bool, seed: int) -> DataLoader:
    kept = ('batch_size', 'num_workers', 'collate_fn', 'pin_memory')
    options = {key: cfg.train_dataloader[key] for key in kept if key in cfg.train_dataloader}
    sampler = dict(type='DefaultSampler', shuffle=False)
    return Runner.build_dataloader(dict(options, sampler=sampler, dataset=_dataset(cfg, augment)), seed=seed)


def _what_is_read(cfg: Config, augment: bool) -> dict[str, Any]:
    """The data set in words, for who finds the file later."""
    dataset = _dataset(cfg, augment)
    words = {key: value for key, value in dataset.items() if isinstance(value, str | int | float | bool)}
    return dict(words, pipeline=[str(transform['type']) for transform in dataset.pipeline])


def _class_names(cfg: Config, loader: DataLoader) -> Sequence[str]:
    names = getattr(loader.dataset, 'metainfo', {}).get('classes')
    count = cfg.model.get('head', {}).get('num_classes')
    if not (names or count):
        raise ValueError(
            'Prototypes are of classes of images, and this config has none: neither its data set nor its head names '
            'or counts them. Take the config of a classifier.'
        )
    return names or [str(index) for index in range(count)]


def _plain_model(cfg: Config) -> nn.Module:
    """The model with the base of its tuned backbone, without what the tuner does."""
    config = ConfigDict(cfg.model)
    if 'data_preprocessor' in cfg:
        config.setdefault('data_preprocessor', cfg.data_preprocessor)
    if not {'backbone', 'tuner'} <= config.get('backbone', {}).keys():
        raise ValueError(
            "Prototypes are of the base of a TunedBackbone, and the config has none: backbone=dict(type='mmvpt."
            "TunedBackbone', backbone=..., tuner=...)."
        )
    config.backbone = ConfigDict({**config.backbone, 'tuner': dict(type='mmvpt.LinearProbe')})
    model = MODELS.build(config)
    (tuned,) = tuned_backbones(model).values()
    if not split_init_cfg(tuned.backbone.init_cfg)[0]:
        raise ValueError(
            f'{type(tuned.backbone).__name__} has no init_cfg of type Pretrained, so its base would be random, and '
            'another one in training. Prototypes need the base that prompts will meet.'
        )
    with quietly():
        tuned.init_weights()  # not the head: its outputs are not needed
    return model


# ---------------------------------------------------------------------------------------------------------- statistics


class ClassPrototypes:
    """Means of what passes each block, class by class."""

    def __init__(self, anatomy: Anatomy, num_classes: int) -> None:
        stream = anatomy.token_stream(self)
        self.with_class_token = bool(anatomy.tokens)
        self.extra = anatomy.num_extra_tokens or 0
        self.counts = torch.zeros(num_classes, dtype=torch.long)
        self.sums: dict[str, Tensor] = {}
        self.seen: dict[str, Tensor] = {}
        last = ''
        for index, block in enumerate(anatomy.blocks):
            last = f'output.{index}'
            block.before(_Note(self, f'input.{index}').take)
            block.after(_Note(self, last).take)
        if stream.norm is not None:
            Site(stream.norm).after(_Note(self, last).take)  # in the place of what came before the norm

    def note(self, name: str, x: Tensor) -> None:
        """Keep what stands for an image among its tokens (B, L, C)."""
        self.seen[name] = x[:, 0] if self.with_class_token else x[:, self.extra :].mean(1)

    def add(self, labels: Tensor) -> None:
        """Add what was seen of a batch to its classes."""
        self.counts += torch.bincount(labels.cpu(), minlength=len(self.counts))
        for name, values in self.seen.items():
            total = self.sums.setdefault(name, values.new_zeros(len(self.counts), values.shape[1], dtype=torch.double))
            total.index_add_(0, labels.to(values.device), values.double())
        self.seen.clear()

    def means(self) -> dict[str, Tensor]:
        """Means of all classes (classes, channels), on the CPU."""
        return {name: total.cpu() / self.counts[:, None] for name, total in self.sums.items()}


@dataclass
class _Note:
    owner: ClassPrototypes
    name: str

    def take(self, x: Tensor) -> Tensor:
        self.owner.note(self.name, x)
        return x


@torch.no_grad()
def _class_means(model: Any, anatomy: Anatomy, loader: DataLoader, names: Sequence[str]) -> dict[str, Tensor]:
    found = ClassPrototypes(anatomy, len(names))
    for batch in track(loader, 'Reading the training split'):
        data = model.data_preprocessor(batch, False)
        model.backbone(data['inputs'])
        found.add(_labels(data['data_samples']))
    if not found.counts.all():
        empty = [str(names[index]) for index in (found.counts == 0).nonzero().flatten()]
        raise ValueError(
            f'No image of the training split is of {", ".join(empty[:5])}{" ..." if empty[5:] else ""}: {len(empty)} '
            f'of {len(names)} classes have no mean. Give the data set the classes that it has.'
        )
    return found.means()


def _labels(samples: Sequence[Any]) -> Tensor:
    labels = [sample.gt_label for sample in samples if 'gt_label' in sample]
    if len(labels) < len(samples) or any(label.numel() != 1 for label in labels):
        raise ValueError('Prototypes need one label for each image. Take the config of a classifier of one label.')
    return torch.cat(labels)


def average(values: Tensor, groups: Tensor, number: int) -> Tensor:
    """Average rows (N, C) by the numbers of their groups: (number, C)."""
    total = values.new_zeros(number, values.shape[1]).index_add_(0, groups, values)
    return total / torch.bincount(groups, minlength=number)[:, None]


# ------------------------------------------------------------------------------------------------------------ clusters


def cluster(points: Tensor, number: int, seed: int = 0) -> Tensor:
    """Give each point (N, C) the number of its group, by k-means from a start of k-means++; no group is empty.

    As many groups as points are the points themselves, in their order.
    """
    if number == len(points):
        return torch.arange(number)
    centres = _spread(points, number, torch.Generator().manual_seed(seed))
    groups = torch.full((len(points),), -1)
    for _ in range(ROUNDS):
        distances = torch.cdist(points, centres)
        nearest = distances.argmin(1)
        for group in (torch.bincount(nearest, minlength=number) == 0).nonzero().flatten():
            shared = torch.bincount(nearest, minlength=number)[nearest] > 1  # whose group can spare them
            farthest = distances.gather(1, nearest[:, None]).squeeze(1).masked_fill(~shared, -1).argmax()
            nearest[farthest] = group
        if torch.equal(nearest, groups):
            break
        groups = nearest
        centres = average(points, groups, number)
    return groups


def _spread(points: Tensor, number: int, generator: torch.Generator) -> Tensor:
    """Draw the first centres: each with a probability that grows with the squared distance to those before."""
    chosen = [int(torch.randint(len(points), (), generator=generator))]
    while len(chosen) < number:
        squared = torch.cdist(points, points[chosen]).amin(1).square()
        squared[chosen] = 0
        if not squared.any():  # what is left lies on those before
            squared = torch.ones_like(squared).index_fill_(0, torch.tensor(chosen), 0)
        chosen.append(int(torch.multinomial(squared, 1, generator=generator)))
    return points[chosen]

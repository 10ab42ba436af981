"""Base and delta as one checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from mmvpt.config.open import open_config
from mmvpt.delta.files import read_delta
from mmvpt.delta.load import apply_delta
from mmvpt.files.paths import PathLike
from mmvpt.files.write import write_atomically
from mmvpt.version import __version__

from .parts import tuned_backbones
from .tuned_backbone import TunedBackbone


def merge_delta(config: PathLike | Config, delta: PathLike, out: PathLike, plain: bool = False) -> float:
    """Write base and delta as one checkpoint, for tools that know nothing of deltas.

    Returns how far features moved at most, by rounding where a tuner was merged.

    Args:
        config: Of the model that the delta was trained with: a path, ``mmvpt::`` and a name, or one that is open.
        delta: A deployment file or a resume file.
        out: The checkpoint to write, a ``.pth``.
        plain: Write it for the model with plain backbones, whose weights must be able to hold what tuners do.
    """
    config = open_config(config)
    init_default_scope(config.get('default_scope', 'mmengine'))
    content = read_delta(delta)
    model = MODELS.build(config.model)
    apply_delta(model, content['state_dict'])
    moved = merge_tuners(model) if plain else 0.0
    meta = dict(mmvpt_version=__version__, dataset_meta=content['meta'].get('dataset_meta', {}))
    checkpoint = dict(meta=meta, state_dict=plain_state_dict(model) if plain else model.state_dict())
    write_atomically(out, lambda file: torch.save(checkpoint, file))
    return moved


def merge_tuners(model: nn.Module) -> float:
    """Write the effect of the tuners into the backbones; return the largest change of features of a random image."""
    moved = 0.0
    for tuned in tuned_backbones(model).values():
        tuned.eval()
        before = _features(tuned)
        tuned.tuner.merge()
        moved = max(
            [moved, *((new - old).abs().max().item() for new, old in zip(_features(tuned), before, strict=True))]
        )
    return moved


@torch.no_grad()
def _features(tuned: TunedBackbone) -> list[Tensor]:
    size = getattr(tuned.backbone, 'img_size', 224)
    height, width = size if isinstance(size, Sequence) else (size, size)
    image = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(0))
    return [leaf for leaf in tree_leaves(tuned(image)) if isinstance(leaf, Tensor)]


def plain_state_dict(model: nn.Module) -> dict[str, Tensor]:
    """The state dict of the model with plain backbones, after their tuners were merged."""
    state = dict(model.state_dict())
    for prefix in tuned_backbones(model):
        for name in [name for name in state if name.startswith(f'{prefix}tuner.')]:
            del state[name]
        for name in [name for name in state if name.startswith(f'{prefix}backbone.')]:
            state[prefix + name.removeprefix(f'{prefix}backbone.')] = state.pop(name)
    return state

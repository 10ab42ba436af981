"""What should change nothing, and how much it changes: starts, folded prompts, merged updates."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
from mmengine.registry import MODELS
from torch import Tensor, nn

from mmvpt.models import TunedBackbone

#: Small backbones with random weights.
BACKBONES: dict[str, dict[str, Any]] = {
    'ViT': dict(
        type='mmpretrain.VisionTransformer',
        arch=dict(embed_dims=192, num_layers=6, num_heads=3, feedforward_channels=768),
        img_size=112,
        out_type='featmap',
    ),
    'Swin': dict(
        type='mmpretrain.SwinTransformer',
        arch=dict(embed_dims=48, depths=[2, 2, 2, 2], num_heads=[1, 2, 4, 8]),
        img_size=112,
        pad_small_map=True,
    ),
}


def _start(tuned: TunedBackbone, plain: nn.Module, image: Tensor) -> float:
    """The tuned backbone as it starts, against the plain one."""
    return _difference(tuned(image), plain(image))


def _fold(tuned: TunedBackbone, plain: nn.Module, image: Tensor) -> float:
    """Folded, against not."""
    before = tuned(image)
    return _difference(tuned.fold()(image), before)


def _merge(tuned: TunedBackbone, plain: nn.Module, image: Tensor) -> float:
    """The plain backbone with a trained tuner merged into its weights, against the tuned one."""
    for param in tuned.tuner.parameters():
        nn.init.normal_(param, std=0.1)
    before = tuned(image)
    tuned.tuner.merge()
    plain.load_state_dict(tuned.backbone.state_dict())
    return _difference(plain(image), before)


Comparison = Callable[[TunedBackbone, nn.Module, Tensor], float]
CASES: list[tuple[str, dict[str, Any], Comparison]] = [
    *((f'Adapter, r = {r}, at its start', dict(type='Adapter', reduction=r), _start) for r in (8, 32)),
    ('LoRA of queries and values, at its start', dict(type='LoRA', rank=8), _start),
    ('LoRA of queries and values, merged', dict(type='LoRA', rank=8), _merge),
    ('LoRA of all linear layers, merged', dict(type='LoRA', rank=8, targets='all-linear'), _merge),
    ('Pro-tuning, beta = 0, at its start', dict(type='ProTuning', preset='paper-transformer'), _start),
    ('key-value prompts, T = 0', dict(type='KeyValuePrompts', num_tokens=0), _start),
    ('VPT-deep, folded', dict(type='DeepPrompts', num_tokens=50), _fold),
]


def measure_exactness() -> Iterator[dict[str, object]]:
    """Yield, for each case, how far outputs of a random image move at most, in float64."""
    for title, tuner, compare in CASES:
        row: dict[str, object] = {'what': title}
        for name, config in BACKBONES.items():
            torch.manual_seed(0)
            plain = MODELS.build(config)
            for param in plain.parameters():
                nn.init.normal_(param, mean=float(param.dim() == 1) / 2, std=0.1)
            tuned = TunedBackbone(copy.deepcopy(plain), tuner).double()
            plain = plain.double()
            plain.eval(), tuned.eval()
            image = torch.randn(2, 3, 112, 112, dtype=torch.float64)
            with torch.no_grad():
                row[name] = f'{compare(tuned, plain, image):.1e}'
        yield row


def _difference(ours: tuple[Tensor, ...], theirs: tuple[Tensor, ...]) -> float:
    return max((mine - other).abs().max().item() for mine, other in zip(ours, theirs, strict=True))

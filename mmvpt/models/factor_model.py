"""A backbone that learns to tell many things of a picture at once: how our bases are pretrained."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel, BaseModule
from torch import Tensor, nn

from mmvpt.registry import MODELS
from mmvpt.text.refused import Refused

Losses = dict[str, Tensor]
#: What a model may learn from.
LEARNT_FROM = ('picture', 'patches', 'textures', 'pixels')
#: The texture of a patch that shows no thing.
UNTOLD = -1


@MODELS.register_module()
class FactorModel(BaseModel):
    """A backbone and linear heads for the whole picture and for each patch.

    Args:
        backbone: Config of a backbone that returns tokens, the class token first (mmpretrain's
            ``VisionTransformer(out_type='raw')``), or maps.
        head: Config of a :class:`FactorHead`.
        level: Which of several maps patches are read from; the last one tells of the picture.
        hidden: The share of patches that is hidden where the head tells pixels. They are grey then, and their pixels
            are to be told (https://arxiv.org/abs/2111.09886).
        **kwargs: See MMEngine's ``BaseModel``.
    """

    def __init__(
        self,
        backbone: Mapping[str, Any],
        head: Mapping[str, Any],
        level: int = -1,
        hidden: float = 0.6,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.backbone: nn.Module = MODELS.build(backbone)
        self.head: FactorHead = MODELS.build(head)
        self.level, self.hidden = level, hidden

    def forward(
        self, inputs: Tensor, data_samples: Sequence[Any] | None = None, mode: str = 'tensor'
    ) -> Losses | tuple[Tensor, Tensor]:
        """Return losses, or the features of pictures and of patches."""
        if mode != 'loss':
            return self.read(inputs)
        assert data_samples is not None
        if 'pixels' not in self.head.weights:
            return self.head.loss(*self.read(inputs), data_samples)
        pixels = F.unfold(inputs, self.head.patch_size, stride=self.head.patch_size).transpose(1, 2)
        hidden = torch.rand(pixels.shape[:2], device=inputs.device) < self.hidden
        features = self.read(inputs * ~self._spread(hidden))
        return self.head.loss(*features, data_samples) | self.head.pixel_loss(features[1], pixels, hidden)

    def read(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Features of pictures, (batch, channels), and of their patches, (batch, patches, channels)."""
        outputs = self.backbone(inputs)
        if outputs[-1].ndim == 3:
            return outputs[-1][:, 0], outputs[-1][:, 1:]
        return outputs[-1].mean((2, 3)), outputs[self.level].flatten(2).transpose(1, 2)

    def _spread(self, patches: Tensor) -> Tensor:
        side = math.isqrt(patches.shape[1])
        grid = patches.view(-1, 1, side, side)
        return grid.repeat_interleave(self.head.patch_size, 2).repeat_interleave(self.head.patch_size, 3)


@MODELS.register_module()
class FactorHead(BaseModule):
    """Linear layers that tell factors of pictures, forms and textures at patches, and pixels.

    Args:
        in_channels: Width of the features of pictures.
        num_forms: Number of forms that pictures and patches show.
        num_textures: Number of textures of what patches show.
        words: Number of words of each factor that is one of them.
        num_numbers: Number of factors that are numbers. They are scaled to a deviation of 1.
        weights: Weights of the parts ``picture``, ``patches`` (forms), ``textures`` (of things, at patches) and
            ``pixels``; a part without one, or with 0, is not learnt.
        patch_channels: Width of the features of patches, if it is another.
        patch_size: Side of a patch in pixels.
    """

    def __init__(
        self,
        in_channels: int,
        num_forms: int,
        num_textures: int,
        words: Mapping[str, int],
        num_numbers: int,
        weights: Mapping[str, float],
        patch_channels: int | None = None,
        patch_size: int = 8,
    ) -> None:
        super().__init__()
        own = {part: weight for part, weight in weights.items() if weight}
        if set(own) - set(LEARNT_FROM) or not own:
            raise Refused(f'weights={dict(weights)}: a model learns from one of {", ".join(LEARNT_FROM)} at least.')
        self.words, self.weights, self.patch_size = dict(words), own, patch_size
        self.sizes = [num_forms, *self.words.values(), num_numbers]
        self.scale = nn.BatchNorm1d(num_numbers, momentum=0.02, affine=False)
        narrow = patch_channels or in_channels
        shapes = dict(
            picture=(in_channels, sum(self.sizes)),
            patches=(narrow, num_forms + 2),
            textures=(narrow, num_textures),
            pixels=(narrow, 3 * patch_size**2),
        )
        self.layers = nn.ModuleDict({part: nn.Linear(*shapes[part]) for part in own})

    def loss(self, pictures: Tensor, patches: Tensor, samples: Sequence[Any]) -> Losses:
        """Losses of the parts that have a target in the data."""
        losses: Losses = {}
        if 'picture' in self.layers:
            losses |= self._picture_loss(self.layers['picture'](pictures), samples)
        if 'patches' in self.layers:
            losses |= self._patch_loss(self.layers['patches'](patches), samples)
        if 'textures' in self.layers:
            losses |= self._texture_loss(self.layers['textures'](patches), samples)
        return losses

    def pixel_loss(self, patches: Tensor, pixels: Tensor, hidden: Tensor) -> Losses:
        """The loss of pixels that were hidden; all of shape (batch, patches, ...)."""
        differences = (self.layers['pixels'](patches) - pixels).abs()
        return {'loss_pixels': self.weights['pixels'] * differences[hidden].mean()}

    def _picture_loss(self, outputs: Tensor, samples: Sequence[Any]) -> Losses:
        forms, *words, numbers = outputs.split(self.sizes, 1)
        weight = self.weights['picture']
        losses = {'loss_forms': weight * F.cross_entropy(forms, _stack(samples, 'shares', outputs))}
        targets = torch.stack([sample.words for sample in samples]).to(outputs.device)
        for place, (factor, found) in enumerate(zip(self.words, words, strict=True)):
            one = weight / math.log(found.shape[1])  # a guess costs 1, however many words there are
            losses[f'loss_{factor}'] = one * F.cross_entropy(found, targets[:, place])
        scaled = self.scale(_stack(samples, 'numbers', outputs))
        losses['loss_numbers'] = 4 * weight * F.smooth_l1_loss(numbers, scaled)
        return losses

    def _patch_loss(self, outputs: Tensor, samples: Sequence[Any]) -> Losses:
        weight = self.weights['patches']
        forms, covered = outputs[..., :-1].flatten(0, 1), _stack(samples, 'patch_covered', outputs)
        return {
            'loss_patch_forms': weight * F.cross_entropy(forms, _places(samples, 'patch_forms', outputs)),
            'loss_patch_covered': weight * F.binary_cross_entropy_with_logits(outputs[..., -1], covered),
        }

    def _texture_loss(self, outputs: Tensor, samples: Sequence[Any]) -> Losses:
        targets = _places(samples, 'patch_textures', outputs)
        whole = F.cross_entropy(outputs.flatten(0, 1), targets, ignore_index=UNTOLD, reduction='sum')
        return {'loss_patch_textures': self.weights['textures'] * whole / (targets != UNTOLD).sum().clamp_min(1)}


def _places(samples: Sequence[Any], field: str, like: Tensor) -> Tensor:
    return torch.stack([sample.get(field) for sample in samples]).flatten().to(like.device)


def _stack(samples: Sequence[Any], field: str, like: Tensor) -> Tensor:
    return torch.stack([sample.get(field) for sample in samples]).to(like)

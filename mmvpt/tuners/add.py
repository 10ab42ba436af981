"""Add of VPT: prompts that are added to tokens (section 4.3; https://arxiv.org/abs/2203.12119)."""

from __future__ import annotations

import math

import torch
from mmengine.model import BaseModule, ModuleList
from torch import Tensor, nn

from mmvpt.anatomy import Anatomy, Site
from mmvpt.registry import MODELS

from .base import AnySize, Tuner, as_size, chosen_blocks, in_pixels, prompt_bound


@MODELS.register_module()
class AddPrompts(Tuner):
    """Learnt vectors that are added to the tokens which enter blocks, the class token included; no sequence grows.

    Prompts of ``DeepPrompts`` do not enter blocks, so nothing is added to them, wherever they stand in the list of
    tuners. Those of ``ShallowPrompts`` and ``PatchPrompts`` do, and deep ones that travel or are pooled: list these
    behind AddPrompts, which then add to the tokens of the image alone. A frame of ``PadPrompts`` comes first of all,
    and counts in ``img_size``.

    Args:
        per_token: One vector for each token, which fits images of one size; else one for all, whatever their number.
        deep: Vectors for every block; else for the first alone.
        img_size: Side of the images, or their height and width; only asked for by ``per_token``.
        start: First block with vectors; negative counts from the last.
        end: First block without vectors again; None is the end of the backbone.
    """

    def __init__(
        self,
        per_token: bool = True,
        deep: bool = True,
        img_size: AnySize = 224,
        start: int = 0,
        end: int | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.per_token = per_token
        self.deep = deep
        self.img_size = as_size(img_size)
        self.start = start
        self.end = end

    def attach(self, anatomy: Anatomy) -> None:
        every = anatomy.token_blocks(self)
        blocks = chosen_blocks(every, self.start, self.end)[: None if self.deep else 1]
        if owner := anatomy.owner('the token sequence'):
            raise ValueError(
                f'AddPrompts come after {type(owner).__name__} in the list of tuners, whose prompts would be among '
                f'the tokens that they add to. List AddPrompts before {type(owner).__name__}.'
            )
        counts = anatomy.token_counts(self, self.img_size) if self.per_token else [1] * len(every)
        lengths = dict(zip(every, counts, strict=True))
        bound = prompt_bound(anatomy.patch_size, blocks[0].dim)
        self.additions = ModuleList(Addition(lengths[block], block.dim, bound) for block in blocks)
        if self.per_token:
            self.patch_size = anatomy.patch_size or 1
            Site(anatomy.backbone).before(self.check)
        for block, addition in zip(blocks, self.additions, strict=True):
            block.before(addition)

    def check(self, image: Tensor) -> Tensor:
        """Refuse images that are cut into another grid of tokens."""
        grids = [[math.ceil(side / self.patch_size) for side in size] for size in (self.img_size, image.shape[-2:])]
        if grids[0] != grids[1]:
            raise ValueError(
                f'AddPrompts have a vector for each token of images of {in_pixels(self.img_size)} pixels; got images '
                f'of {in_pixels(image.shape[-2:])}. Set img_size to the size after the pipeline (and after PadPrompts, '
                'listed before), or per_token=False, which takes any.'
            )
        return image


class Addition(BaseModule):
    """Vectors for the tokens of one block: one for each, or one for all."""

    def __init__(self, length: int, dim: int, bound: float) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.empty(length, dim))
        self.bound = bound
        self.reset()

    def reset(self) -> None:
        """Draw the vectors again."""
        nn.init.uniform_(self.vectors, -self.bound, self.bound)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()

    def forward(self, x: Tensor) -> Tensor:  # (B, L, C)
        if len(self.vectors) not in (1, x.shape[1]):
            raise ValueError(
                f'AddPrompts have vectors for {len(self.vectors)} tokens of this block, which got {x.shape[1]}. List '
                'a tuner that changes the size of the image, such as PadPrompts, before AddPrompts.'
            )
        return x + self.vectors.to(x.dtype)

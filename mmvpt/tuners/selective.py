"""Tuners that add nothing and train some of the backbone's own parameters."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from mmvpt.anatomy import Anatomy
from mmvpt.registry import MODELS

from .base import Tuner


@MODELS.register_module()
class LinearProbe(Tuner):
    """Train nothing of the backbone: the head alone learns."""


@MODELS.register_module()
class FullTuning(Tuner):
    """Train everything that the plain backbone would train."""

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Module]:
        return [anatomy.backbone]


@MODELS.register_module()
class BiasTuning(Tuner):
    """Train all biases, those of norms included (BitFit, https://arxiv.org/abs/2106.10199).

    The last segment of a name decides, so a ``relative_position_bias_table`` stays frozen: public code that looks for
    the substring "bias" trains those tables as well.
    """

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Parameter]:
        biases = [param for name, param in anatomy.backbone.named_parameters() if is_bias(name)]
        if not biases:
            raise ValueError(f'{type(anatomy.backbone).__name__} has no bias to train. Use another tuner.')
        return biases


def is_bias(name: str) -> bool:
    """Whether a parameter's name is that of a bias: ``bias``, or fused ones such as ``in_proj_bias`` and ``q_bias``."""
    return name.rpartition('.')[2].endswith('bias')

"""The cases of the contract: every tuner on every backbone that it supports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from mmvpt.models import TunedBackbone

from .backbones import BACKBONES, BackboneRow, plain_outputs
from .tuners import TUNERS, TunerRow


@dataclass(frozen=True)
class Case:
    """A tuner on a backbone."""

    backbone: BackboneRow
    tuner: TunerRow

    def plain(self) -> nn.Module:
        """The plain backbone in eval mode."""
        plain = self.backbone.build()
        plain.eval()  # which may return None
        return plain

    def plain_outputs(self, dtype: torch.dtype = torch.float32, every_output: bool = False) -> tuple[Tensor, ...]:
        """What the plain backbone makes of an image as large as the tuned one sees it."""
        return plain_outputs(self.backbone, self.tuner.grows, dtype, every_output)

    def tuned(self, every_output: bool = False) -> TunedBackbone:
        """The backbone with its tuner."""
        backbone = self.backbone.build(every_output)
        torch.manual_seed(2)
        return TunedBackbone(backbone, self.tuner.config)


def covering(cases: Iterable[Case]) -> Iterator[Case]:
    """Leave out cases that bring nothing new.

    New is a tuner, a backbone, or the class of a tuner on another kind of backbone. Cases of several tuners come first:
    they bring most.
    """
    seen: set[object] = set()
    for case in sorted(cases, key=lambda case: -len(case.tuner.parts)):
        classes = {(case.backbone.kind, part['type']) for part in case.tuner.parts}
        brings = {case.backbone, case.tuner} | classes
        if not brings <= seen:
            seen |= brings
            yield case


def parametrize(cases: Iterable[Case]) -> pytest.MarkDecorator:
    """Mark a test to run on these cases."""
    named = [pytest.param(case, id=f'{case.tuner.name}-{case.backbone.name}') for case in cases]
    return pytest.mark.parametrize('case', named)


CASES = [Case(backbone, tuner) for backbone in BACKBONES for tuner in TUNERS if tuner.needs(backbone)]

"""The trained part of a model, with the fingerprint of the base it belongs to."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mmvpt.env.versions import installed_versions
from mmvpt.files.fingerprint import fingerprint
from mmvpt.version import __version__

from .format import FINGERPRINT, FORMAT, StateDict
from .module import delta_modules


def base_fingerprints(model: nn.Module) -> dict[str, str]:
    """Fingerprint of the frozen base of every tuned backbone, by its prefix; reads every frozen byte."""
    return {prefix: fingerprint(tuned.frozen_state()) for prefix, tuned in delta_modules(model).items()}


def delta_state_dict(
    model: nn.Module, fingerprints: Mapping[str, str] | None = None, state_dict: StateDict | None = None
) -> dict[str, Tensor]:
    """The trained part of a state dict, with the fingerprint of the base it belongs to.

    Args:
        model: Has at least one tuned backbone.
        fingerprints: What :func:`base_fingerprints` gave for it; computed if not given.
        state_dict: Values of the model at another time, such as averaged ones; its present ones if not given.
    """
    fingerprints = base_fingerprints(model) if fingerprints is None else fingerprints
    delta = dict(model.state_dict() if state_dict is None else state_dict)
    for prefix, tuned in delta_modules(model).items():
        for name in tuned.frozen_state():
            del delta[f'{prefix}backbone.{name}']
        digest = list(bytes.fromhex(fingerprints[prefix]))
        delta[prefix + FINGERPRINT] = torch.tensor(digest, dtype=torch.uint8)
    return delta


def describe_delta(model: nn.Module, fingerprints: Mapping[str, str]) -> dict[str, object]:
    """Metadata of a delta that the model itself knows."""
    return dict(
        format=FORMAT,
        mmvpt_version=__version__,
        versions=installed_versions(),
        base_fingerprint=dict(fingerprints),
        num_trained=sum(param.numel() for param in model.parameters() if param.requires_grad),
    )

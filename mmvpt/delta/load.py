"""A delta back onto its base."""

from __future__ import annotations

from torch import nn

from mmvpt.models.parts import unwrap

from .fit import check_delta
from .format import StateDict, is_delta


def apply_delta(model: nn.Module, state_dict: StateDict) -> None:
    """Put a delta back onto a matching base, or say what differs."""
    model = unwrap(model)
    if not is_delta(state_dict):
        raise ValueError('These weights are no delta: no base_fingerprint. Load them with load_state_dict().')
    check_delta(model, state_dict)
    model.load_state_dict(state_dict)

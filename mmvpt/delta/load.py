"""A delta put back onto its base."""

from __future__ import annotations

from torch import nn

from mmvpt.files.refuse import naming
from mmvpt.layers.unwrap import unwrap

from .fit import require_fit
from .format import UNKNOWN, StateDict, is_delta
from .kind import source_of
from .module import delta_modules
from .state import delta_state_dict


def apply_delta(model: nn.Module, state_dict: StateDict) -> None:
    """Put a delta back onto a matching base, or say what differs."""
    model = unwrap(model)
    if not is_delta(state_dict):
        raise ValueError('These weights are no delta: no base_fingerprint. Load them with load_state_dict().')
    with naming(source_of(state_dict)):
        check_delta(model, state_dict)
    model.load_state_dict(state_dict)


def check_delta(model: nn.Module, state_dict: StateDict) -> None:
    """Refuse a delta that is unlike what the model expects, naming every key and shape."""
    require_fit(model, delta_state_dict(model, dict.fromkeys(delta_modules(model), UNKNOWN)), state_dict)

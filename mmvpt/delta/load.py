"""A delta put back onto its base."""

from __future__ import annotations

from collections.abc import Callable

from mmengine.runner import checkpoint
from torch import nn

from mmvpt.files.refuse import naming
from mmvpt.layers.unwrap import unwrap

from .fit import require_fit
from .format import UNKNOWN, StateDict, is_delta
from .kind import source_of
from .module import delta_modules, has_delta_modules
from .state import delta_state_dict

Loading = Callable[..., None]


def apply_delta(model: nn.Module, state_dict: StateDict) -> None:
    """Put a delta back onto a matching base, or say what differs."""
    model = unwrap(model)
    if not is_delta(state_dict):
        raise ValueError('These weights are no delta: no base_fingerprint. Loading them with load_state_dict().')
    with naming(source_of(state_dict)):
        check_delta(model, state_dict)
    model.load_state_dict(state_dict)


def check_delta(model: nn.Module, state_dict: StateDict) -> None:
    """Refuse a delta that is unlike what the model expects, naming every key and shape."""
    require_fit(model, delta_state_dict(model, dict.fromkeys(delta_modules(model), UNKNOWN)), state_dict)


def _check_first(load: Loading) -> Loading:
    """Let MMEngine's loading, which passes over names and kinds of numbers, check a delta before it begins."""

    def load_state_dict(module: nn.Module, state_dict: StateDict, *options: object, **more: object) -> None:
        model = unwrap(module)
        if is_delta(state_dict) and has_delta_modules(model):
            with naming(source_of(state_dict)):
                check_delta(model, state_dict)
        load(module, state_dict, *options, **more)

    return load_state_dict


checkpoint.load_state_dict = _check_first(checkpoint.load_state_dict)

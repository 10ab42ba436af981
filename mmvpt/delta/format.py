"""How a delta is told from other weights, and what its metadata may hold."""

from __future__ import annotations

import json
from collections.abc import Mapping

from torch import Tensor

#: Marks the state dict of a delta: 32 bytes that tell the base it was trained on.
FINGERPRINT = 'base_fingerprint'
UNKNOWN = '00' * 32  # in place of a fingerprint, where only names and shapes matter
FORMAT = 1  # raised when a reader of today could not read what is written
StateDict = Mapping[str, Tensor]


def is_delta(state_dict: StateDict) -> bool:
    """Tell a delta from a plain state dict."""
    return any(isinstance(name, str) and name.rpartition('.')[2] == FINGERPRINT for name in state_dict)


def as_json(value: object) -> dict:
    """The same value in types that JSON knows; what it does not know becomes its ``repr``."""
    return json.loads(json.dumps(value, default=repr))

"""From a backbone to its anatomy."""

from __future__ import annotations

from functools import singledispatch

from torch import nn

from .anatomy import Anatomy
from .hosts import learn_host_of
from .offers import list_families_of


@singledispatch
def describe(backbone: nn.Module) -> Anatomy:
    """Return the anatomy of a backbone; extend with ``@describe.register``.

    A backbone without a description can still be probed, unfrozen or tuned by its biases.
    """
    return describe(backbone) if learn_host_of(type(backbone)) else Anatomy(backbone)


list_families_of(describe.registry)

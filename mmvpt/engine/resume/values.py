"""Numbers that a run may go on from."""

from __future__ import annotations

import math
from numbers import Real


def is_finite_number(value: object) -> bool:
    """Whether a value is a real number, and neither NaN nor infinite."""
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def is_like(value: object, own: object) -> bool:
    """Whether a value can stand in the place of one of this run: a number for a number, several for several."""
    if isinstance(own, bool) or own is None:
        return value is None or isinstance(value, bool | str | Real)
    if isinstance(own, int) and not is_infinite(own):
        return isinstance(value, int | float) and is_finite_number(value)
    if isinstance(own, Real):
        return is_finite_number(value) or (is_infinite(own) and is_infinite(value))
    if isinstance(own, list | tuple):
        return isinstance(value, list | tuple) and all(is_like(one, own[0]) for one in value if own)
    return isinstance(value, type(own))


def is_infinite(value: object) -> bool:
    """Whether a value is infinite, as the best loss is before there is one."""
    return isinstance(value, float) and math.isinf(value)

"""Models of timm by their names; what cannot be built is refused in words."""

from __future__ import annotations

import difflib
import importlib.util
from collections.abc import Mapping
from typing import Any, TypeVar

from torch import nn

TESTED_TIMM = '1.0.31'
Family = TypeVar('Family')


def require_timm(who: str, name: str) -> None:
    """Refuse a model where timm is not installed.

    Args:
        who: What is asked for it.
        name: timm's name of the model.
    """
    if importlib.util.find_spec('timm') is None:
        raise ImportError(
            f'{who}({name!r}) needs timm, which is not installed. Install it with: pip install timm=={TESTED_TIMM}'
        )


def build_timm(
    who: str, name: str, families: Mapping[str, Family], fixed: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[nn.Module, Family]:
    """Build a model of timm, and return it with what its family is mapped to.

    Args:
        who: What is asked for it.
        name: timm's name of the model.
        families: By the module of timm that knows the names.
        fixed: Options that are not the caller's to choose.
        options: The others.
    """
    import timm

    if taken := fixed.keys() & options.keys():
        raise ValueError(
            f'{who} sets {", ".join(sorted(taken))} itself. Give weights by '
            "init_cfg=dict(type='Pretrained', checkpoint=...); heads are modules of their own."
        )
    known = [each for module in families for each in timm.list_models(module=module)]
    if name.partition('.')[0] not in known:
        close = difflib.get_close_matches(name, known, n=5, cutoff=0.3)
        raise ValueError(
            f'timm has no {name!r} in its families {", ".join(families)}. Close to it: '
            f'{", ".join(close) or "none"}. '
            f"All: timm.list_models(module='{next(iter(families))}')."
        )
    module = timm.model_entrypoint(name).__module__.rpartition('.')[2]
    try:
        return timm.create_model(name, **{**fixed, **options}), families[module]
    except (RuntimeError, TypeError) as error:  # an unknown tag; an unknown option
        raise ValueError(f'timm cannot build {name!r} with {options}: {error}') from error

"""Modules whose parameters take no memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook


@contextmanager
def parameters_without_memory() -> Iterator[None]:
    """Put parameters on the meta device where a module takes them up: they have shapes, and no values.

    All else stays where it is, as constructors compute with it: under ``torch.device('meta')`` those stop that read a
    value, such as the drop-path rates of mmdet's Swin.
    """
    handle = register_module_parameter_registration_hook(_to_meta)  # type: ignore[arg-type]  # it may return one
    try:
        yield
    finally:
        handle.remove()


def _to_meta(module: nn.Module, name: str, param: nn.Parameter) -> nn.Parameter:
    return param if param.is_meta else nn.Parameter(param.detach().to('meta'), requires_grad=param.requires_grad)

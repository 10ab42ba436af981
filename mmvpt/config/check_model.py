"""The model built without memory, and its optimizer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy

import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import MODELS
from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from .check_channels import check_channels
from .problem import ConfigProblem
from .trial import try_to_build


def check_model(config: Config) -> Iterator[ConfigProblem]:
    """Yield what of a model cannot be built, and channels that differ between its parts."""
    if not isinstance(config.get('model'), Mapping):
        return
    model, problems = build_model(config)
    yield from problems
    if not isinstance(model, nn.Module):
        return
    if isinstance(config.get('optim_wrapper'), Mapping):
        yield from _check_optimizer(config, model)
    yield from check_channels(config, model)


def build_model(config: Config) -> tuple[object, list[ConfigProblem]]:
    """Build a model without memory; one that reads values while it is built leaves memory piece by piece."""

    def build() -> object:
        with torch.device('meta'):
            return MODELS.build(_copy(config))

    model, problems = try_to_build(config, 'model', build)
    if model is not None:
        return model, problems
    with _out_of_memory_at_once():
        return try_to_build(config, 'model', lambda: MODELS.build(_copy(config)))


def _copy(config: Config) -> object:
    model = deepcopy(config.model)
    if 'data_preprocessor' in config:
        model.setdefault('data_preprocessor', deepcopy(config.data_preprocessor))
    return model


@contextmanager
def _out_of_memory_at_once() -> Iterator[None]:
    """Take each parameter out of memory when its module gets it."""

    def leave(module: nn.Module, name: str, param: nn.Parameter) -> nn.Parameter:
        return param if param.is_meta else nn.Parameter(param.to('meta'), requires_grad=param.requires_grad)

    handle = register_module_parameter_registration_hook(leave)  # type: ignore[arg-type]
    try:
        yield
    finally:
        handle.remove()


def _check_optimizer(config: Config, model: nn.Module) -> Iterator[ConfigProblem]:
    yield from try_to_build(
        config, 'optim_wrapper', lambda: build_optim_wrapper(model, deepcopy(config.optim_wrapper))
    )[1]

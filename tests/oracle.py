"""VPT-deep in its published form, the slow truth that keys and values are held against."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class TokenForm:
    """Prompts that enter one block as tokens behind the class token; what becomes of them is thrown away."""

    def __init__(self, prompts: Tensor) -> None:
        self.prompts = prompts

    def insert(self, module: nn.Module, args: tuple) -> tuple:
        x = args[0]
        return torch.cat([x[:, :1], self.prompts.expand(len(x), -1, -1), x[:, 1:]], dim=1), *args[1:]

    def remove(self, module: nn.Module, args: tuple, x: Tensor) -> Tensor:
        return torch.cat([x[:, :1], x[:, 1 + len(self.prompts) :]], dim=1)


def prompt_as_tokens(blocks: Iterable[nn.Module], prompts: Iterable[Tensor]) -> None:
    """Prompt a plain backbone as the public code does, one set of prompts (P, C) for each block."""
    for block, tokens in zip(blocks, prompts, strict=True):
        form = TokenForm(tokens)
        block.register_forward_pre_hook(form.insert)
        block.register_forward_hook(form.remove)

"""VPT-deep and E2VPT in their published form, the slow truth that keys and values are held against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

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


def prompt_as_tokens(blocks: Sequence[nn.Module], prompts: Iterable[Tensor], behind: Sequence[nn.Module] = ()) -> None:
    """Prompt a plain backbone as the public code does, one set of prompts (P, C) for each block.

    The last set travels on through the blocks ``behind``.
    """
    for block, tokens in zip(blocks, prompts, strict=True):
        form = TokenForm(tokens)
        travels = behind and block is blocks[-1]
        block.register_forward_pre_hook(form.insert)
        (behind[-1] if travels else block).register_forward_hook(form.remove)


class WindowTokenForm:
    """Prompts as tokens in front of every window of a Swin block, as the public code has them; eager attention.

    Prompts have no position bias and no shift mask; what becomes of them is thrown away.
    """

    def __init__(self, attention: nn.Module, norm: nn.Module, prompts: Tensor) -> None:
        self.attention, self.norm, self.prompts = attention, norm, prompts

    def __call__(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        attention, count = self.attention, len(self.prompts)
        tokens = torch.cat([self.norm(self.prompts).expand(len(x), -1, -1), x], dim=1)
        length = tokens.shape[1]
        qkv = attention.qkv(tokens).view(len(x), length, 3, attention.num_heads, -1).permute(2, 0, 3, 1, 4)
        logits = attention.scale * qkv[0] @ qkv[1].transpose(-2, -1)
        table = attention.relative_position_bias_table[attention.relative_position_index.view(-1)]
        logits[..., count:, count:] += table.view(x.shape[1], x.shape[1], -1).permute(2, 0, 1)
        if mask is not None:
            by_image = logits.view(-1, len(mask), *logits.shape[1:])
            by_image[..., count:, count:] += mask[None, :, None]
        out = (logits.softmax(-1) @ qkv[2]).transpose(1, 2).flatten(2)
        return attention.proj(out)[:, count:]


def prompt_windows_as_tokens(blocks: Iterable[nn.Module], prompts: Iterable[Tensor]) -> None:
    """Prompt a plain Swin as the public code does, one set of prompts (P, C) for each block."""
    for block, tokens in zip(blocks, prompts, strict=True):
        attention = block.attn.w_msa
        attention.forward = WindowTokenForm(attention, block.norm1, tokens)


def swin_with_tokens(
    swin: nn.Module, prompts: Tensor | list[Tensor], image: Tensor, through_mergings: bool = False
) -> tuple[list[Tensor], Tensor]:
    """A Swin whose windows hold the tokens of their image, one image and one window at a time.

    Prompts are one set that travels, or one for each block; the last set travels on. Returns the maps, and what the
    last block made of the prompts (B, P, C), normed as the maps are.
    """
    outputs = [_swin_of_one(swin, prompts, one, through_mergings) for one in image.unbind()]
    maps, left = zip(*outputs, strict=True)
    return [torch.stack(images) for images in zip(*maps, strict=True)], torch.stack(left)


def _swin_of_one(
    swin: nn.Module, prompts: Tensor | list[Tensor], image: Tensor, through_mergings: bool
) -> tuple[list[Tensor], Tensor]:
    x, grid = swin.patch_embed(image[None])
    maps = []
    sets = iter(prompts if isinstance(prompts, list) else [prompts])
    for index, stage in enumerate(swin.stages):
        for block in stage.blocks:
            made = []
            prompts = next(sets, prompts)
            attention = block.attn.w_msa
            attention.forward = partial(_windows_of_one, attention, block.norm1(prompts), made)
            x = block(x, grid)
            prompts = prompts + torch.stack(made).mean(0)
            prompts = block.ffn(block.norm2(prompts), identity=prompts)
        norm = getattr(swin, f'norm{index}')
        maps.append(norm(x)[0].t().unflatten(1, grid))
        if stage.downsample:
            x, grid = stage.downsample(x, grid)
            # channels of unfolded patches lie together, channel by channel
            fourfold = prompts.repeat_interleave(4, dim=1)
            prompts = stage.downsample.reduction(stage.downsample.norm(fourfold))
            if not through_mergings:
                prompts = prompts[:0]
    return maps, norm(prompts)


def _windows_of_one(attention: nn.Module, prompts: Tensor, made: list, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """Attention of each window with the prompts in front of it, whose outputs go into ``made``."""
    outputs = []
    for index, window in enumerate(x):
        length = len(prompts) + len(window)
        bias = x.new_zeros(attention.num_heads, length, length)
        table = attention.relative_position_bias_table[attention.relative_position_index]
        bias[:, len(prompts) :, len(prompts) :] = table.permute(2, 0, 1) + (0 if mask is None else mask[index])
        heads = attention.qkv(torch.cat([prompts, window])).view(length, 3, attention.num_heads, -1)
        queries, keys, values = heads.permute(1, 2, 0, 3)
        weights = (attention.scale * queries @ keys.transpose(1, 2) + bias).softmax(-1)
        out = attention.proj((weights @ values).transpose(0, 1).flatten(1))
        made.append(out[: len(prompts)])
        outputs.append(out[len(prompts) :])
    return torch.stack(outputs)


class KeyValueForm:
    """Attention with keys and values (heads, T, head_dim) next to those of the image, its softmax by hand."""

    def __init__(self, attention: nn.Module, keys: Tensor, values: Tensor, before: bool) -> None:
        self.attention, self.keys, self.values, self.before = attention, keys, values, before

    def __call__(self, x: Tensor, mask: Tensor | None = None, identity: Tensor | None = None, **_: object) -> Tensor:
        heads, count, width = self.keys.shape
        queries, keys, values = self.project(x).unflatten(-1, (3, heads, width)).permute(2, 0, 3, 1, 4)
        logits = width**-0.5 * queries @ self.beside(keys, self.keys).transpose(-2, -1)
        own = logits[..., count:] if self.before else logits[..., :-count]
        if getattr(self.attention, 'relative_position_bias_table', None) is not None:
            table = self.attention.relative_position_bias_table[self.attention.relative_position_index]
            own += table.permute(2, 0, 1)
        if mask is not None:
            own.view(-1, len(mask), *own.shape[1:]).add_(mask[None, :, None])
        out = (logits.softmax(-1) @ self.beside(values, self.values)).transpose(1, 2).flatten(2)
        if identity is not None:  # MMCV's attention adds it itself
            return identity + self.attention.attn.out_proj(out)
        scale = getattr(self.attention, 'gamma1', nn.Identity())
        return scale(self.attention.proj(out))

    def project(self, x: Tensor) -> Tensor:
        if hasattr(self.attention, 'attn'):
            return nn.functional.linear(x, self.attention.attn.in_proj_weight, self.attention.attn.in_proj_bias)
        fused = self.attention.qkv(x)
        if getattr(self.attention, 'q_bias', None) is not None:  # BEiT's keys have none
            fused = fused + torch.cat([self.attention.q_bias, 0 * self.attention.q_bias, self.attention.v_bias])
        return fused

    def beside(self, own: Tensor, learnt: Tensor) -> Tensor:
        learnt = learnt.expand(len(own), -1, -1, -1)
        return torch.cat([learnt, own] if self.before else [own, learnt], dim=2)


def attend_to_pairs(
    attentions: Iterable[nn.Module], pairs: Iterable[tuple[Tensor, Tensor]], before: bool = True
) -> None:
    """Give plain attentions keys and values as the public code of E2VPT does, a pair for each."""
    for attention, (keys, values) in zip(attentions, pairs, strict=True):
        attention.forward = KeyValueForm(attention, keys, values, before)

"""ViT and DeiT: Google's, timm's, Hugging Face's, MAE's and MoCo v3's files."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch

import torch
from mmpretrain.models.utils import resize_pos_embed
from torch import Tensor

from .format import Format, Sizes, Tensors, count, grid, require

PATCHES = 'patch_embed.projection.weight'  # every anchor is renamed to this
HEADS = {192: 3, 384: 6, 768: 12, 1024: 16, 1280: 16, 1408: 16, 1664: 16}


def heads_by_width(stored: Tensors, width: int) -> int | None:
    """Look up the number of heads by the width, because a fused weight does not show it."""
    return HEADS.get(width)


@dataclass(frozen=True)
class VitFormat(Format):
    """Format of a file with a ViT.

    Query, key and value that are stored separately become ``attn.q``, ``attn.k`` and ``attn.v``, which are then fused.

    Args:
        heads: ``heads(stored, width)`` finds the number of heads, or None.
        norm_eps: Epsilon of the layer norms the weights were trained with.
    """

    heads: Callable[[Tensors, int], int | None] = heads_by_width
    norm_eps: float = 1e-6

    takes = ('num_heads', 'img_size')

    def assemble(self, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        """Fuse query, key and value if all three are there."""
        fused = dict(tensors)
        for name in tensors:
            parts = [name.replace('.attn.q.', f'.attn.{part}.') for part in 'qkv']
            if '.attn.q.' in name and all(part in tensors for part in parts):
                fused[name.replace('.attn.q.', '.attn.qkv.')] = torch.cat([fused.pop(part) for part in parts])
        return fused

    def fit(self, tensors: dict[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
        """Interpolate the position embedding to the grid of images of another size."""
        if sizes.img_size is None:
            return tensors
        old, new = _grid(tensors), grid(sizes.img_size, require(tensors, PATCHES, 4).shape[-1])
        extra = len(_extra_tokens(tensors))
        resized = resize_pos_embed(tensors['pos_embed'], (old, old), (new, new), 'bicubic', extra)
        return {**tensors, 'pos_embed': resized}

    def describe(self, tensors: Tensors, stored: Tensors, sizes: Sizes) -> dict[str, object]:
        """Describe a VisionTransformer, or the distilled one of DeiT."""
        width, in_channels, _, patch_size = require(tensors, PATCHES, 4).shape
        hidden = (tensor.shape[0] for name, tensor in tensors.items() if '.ffn.layers.0.0.' in name and tensor.ndim)
        backbone: dict[str, object] = dict(
            type=f'mmpretrain.{"Distilled" * ("dist_token" in tensors)}VisionTransformer',
            arch=dict(
                embed_dims=width,
                num_layers=max(1, count(tensors, 'layers.')),
                num_heads=self._num_heads(stored, width, sizes),
                feedforward_channels=next(hidden, 4 * width),
            ),
            img_size=_grid(tensors) * patch_size,
            patch_size=patch_size,
            in_channels=in_channels,
            qkv_bias=any(name.endswith('.qkv.bias') for name in tensors),
            norm_cfg=dict(type='LN', eps=self.norm_eps),
        )
        if 'ln2.weight' in tensors:  # it averages the tokens, and has a norm only after that
            backbone.update(final_norm=False, out_type='avg_featmap')
        return backbone

    def _num_heads(self, stored: Tensors, width: int, sizes: Sizes) -> int:
        num_heads = sizes.num_heads or self.heads(stored, width)
        if num_heads is None:
            raise ValueError(f'the number of attention heads for its width of {width} is unknown. Pass --num-heads.')
        if width % num_heads:
            raise ValueError(f'{num_heads} attention heads cannot share its width of {width}.')
        return num_heads


def _extra_tokens(tensors: Tensors) -> list[str]:
    return [name for name in ('cls_token', 'dist_token') if name in tensors]


def _grid(tensors: Tensors) -> int:
    if 'pos_embed' not in tensors:
        raise ValueError('without a position embedding the size of its images is unknown.')
    extra, num_tokens = _extra_tokens(tensors), require(tensors, 'pos_embed', 3).shape[1]
    side = math.isqrt(max(0, num_tokens - len(extra)))
    if num_tokens != side**2 + len(extra):
        raise ValueError(f'{num_tokens} positions are not those of {" and ".join(extra)} and a square grid of patches.')
    return side


TIMM_NAMES = {
    'cls_token': 'cls_token',
    'dist_token': 'dist_token',
    'pos_embed': 'pos_embed',
    'patch_embed.proj.{p}': 'patch_embed.projection.{p}',
    'blocks.{i}.norm1.{p}': 'layers.{i}.ln1.{p}',
    'blocks.{i}.attn.qkv.{p}': 'layers.{i}.attn.qkv.{p}',
    'blocks.{i}.attn.proj.{p}': 'layers.{i}.attn.proj.{p}',
    'blocks.{i}.norm2.{p}': 'layers.{i}.ln2.{p}',
    'blocks.{i}.mlp.fc1.{p}': 'layers.{i}.ffn.layers.0.0.{p}',
    'blocks.{i}.mlp.fc2.{p}': 'layers.{i}.ffn.layers.1.{p}',
    'norm.{p}': 'ln1.{p}',
    'fc_norm.{p}': 'ln2.{p}',  # of the averaged tokens; such a model has no norm before it
}

NPZ_NAMES = {
    'cls': 'cls_token',
    'embedding/{p}': 'patch_embed.projection.{p}',
    'Transformer/posembed_input/pos_embedding': 'pos_embed',
    'Transformer/encoderblock_{i}/LayerNorm_0/{p}': 'layers.{i}.ln1.{p}',
    'Transformer/encoderblock_{i}/MultiHeadDotProductAttention_1/query/{p}': 'layers.{i}.attn.q.{p}',
    'Transformer/encoderblock_{i}/MultiHeadDotProductAttention_1/key/{p}': 'layers.{i}.attn.k.{p}',
    'Transformer/encoderblock_{i}/MultiHeadDotProductAttention_1/value/{p}': 'layers.{i}.attn.v.{p}',
    'Transformer/encoderblock_{i}/MultiHeadDotProductAttention_1/out/{p}': 'layers.{i}.attn.proj.{p}',
    'Transformer/encoderblock_{i}/LayerNorm_2/{p}': 'layers.{i}.ln2.{p}',
    'Transformer/encoderblock_{i}/MlpBlock_3/Dense_0/{p}': 'layers.{i}.ffn.layers.0.0.{p}',
    'Transformer/encoderblock_{i}/MlpBlock_3/Dense_1/{p}': 'layers.{i}.ffn.layers.1.{p}',
    'Transformer/encoder_norm/{p}': 'ln1.{p}',
}

HF_NAMES = {
    'embeddings.cls_token': 'cls_token',
    'embeddings.position_embeddings': 'pos_embed',
    'embeddings.patch_embeddings.projection.{p}': 'patch_embed.projection.{p}',
    'encoder.layer.{i}.layernorm_before.{p}': 'layers.{i}.ln1.{p}',
    'encoder.layer.{i}.attention.attention.query.{p}': 'layers.{i}.attn.q.{p}',
    'encoder.layer.{i}.attention.attention.key.{p}': 'layers.{i}.attn.k.{p}',
    'encoder.layer.{i}.attention.attention.value.{p}': 'layers.{i}.attn.v.{p}',
    'encoder.layer.{i}.attention.output.dense.{p}': 'layers.{i}.attn.proj.{p}',
    'encoder.layer.{i}.layernorm_after.{p}': 'layers.{i}.ln2.{p}',
    'encoder.layer.{i}.intermediate.dense.{p}': 'layers.{i}.ffn.layers.0.0.{p}',
    'encoder.layer.{i}.output.dense.{p}': 'layers.{i}.ffn.layers.1.{p}',
    'layernorm.{p}': 'ln1.{p}',
}

# from the layout of JAX to (out, in) or (out, in, height, width) of torch; the first glob that fits is used
NPZ_LAYOUTS: dict[str, Callable[[Tensor], Tensor]] = {
    'embedding/kernel': lambda kernel: kernel.permute(3, 2, 0, 1),  # (H, W, in, out)
    '*/out/kernel': lambda kernel: kernel.flatten(0, 1).t(),  # (heads, channels, out)
    '*/MultiHeadDotProductAttention_1/*/kernel': lambda kernel: kernel.flatten(1).t(),  # (in, heads, channels)
    '*/MultiHeadDotProductAttention_1/*/bias': lambda bias: bias.flatten(),  # (heads, channels)
    '*/kernel': lambda kernel: kernel.t(),  # (in, out)
    '*': lambda tensor: tensor,
}


def npz_layout(name: str, tensor: Tensor) -> Tensor:
    """Turn an array of JAX into the tensor of torch."""
    return next(turn(tensor) for glob, turn in NPZ_LAYOUTS.items() if fnmatch(name, glob))


def npz_heads(stored: Tensors, width: int) -> int | None:
    """Count the heads, which are a separate dimension in JAX."""
    queries = (tensor for name, tensor in stored.items() if fnmatch(name, '*/query/bias'))
    return next((len(bias) for bias in queries), None)


# the first format that fits is used, so those with marks or prefixes are listed before plain timm
FORMATS: dict[str, Format] = {
    'vit-npz': VitFormat(
        title='Google ViT and augreg, .npz',
        anchor='embedding/kernel',
        names=NPZ_NAMES,
        dropped=('head/*', 'pre_logits/*'),
        layout=npz_layout,
        heads=npz_heads,
    ),
    'vit-hf': VitFormat(
        title='Hugging Face ViT, .safetensors or .bin',
        anchor='embeddings.patch_embeddings.projection.weight',
        names=HF_NAMES,
        dropped=('pooler.*', 'classifier.*', 'embeddings.mask_token'),
        prefixes=('vit.', ''),
        norm_eps=1e-12,
    ),
    'vit-mocov3': VitFormat(
        title='MoCo v3, .pth.tar',
        anchor='patch_embed.proj.weight',
        names=TIMM_NAMES,
        dropped=('head.*',),
        prefixes=('module.base_encoder.', 'module.momentum_encoder.'),
        heads=lambda stored, width: {**HEADS, 384: 12}.get(width),  # its ViT-S has 12 heads
    ),
    'vit-mae': VitFormat(
        title='MAE, with or without its decoder, .pth',
        anchor='patch_embed.proj.weight',
        marks=('mask_token',),
        names=TIMM_NAMES,
        dropped=('mask_token', 'decoder_*', 'head.*'),
    ),
    'vit-timm': VitFormat(
        title='ViT and DeiT (distilled too) of timm, jx_ and facebookresearch, .pth or .safetensors',
        anchor='patch_embed.proj.weight',
        names=TIMM_NAMES,
        dropped=('head.*', 'head_dist.*', 'pre_logits.*'),
        prefixes=('', 'module.'),
    ),
}

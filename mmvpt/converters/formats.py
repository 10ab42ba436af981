"""The formats as data: what tells each apart, how its names translate, what of it a backbone leaves behind.

In a table of names ``{i}`` is the number of a layer and ``{p}`` one of its parameters. Query, key and value
that are stored apart go to ``attn.q``, ``attn.k`` and ``attn.v``, to be fused into ``attn.qkv``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

from torch import Tensor

Tensors = Mapping[str, Tensor]

HEADS = {192: 3, 384: 6, 768: 12, 1024: 16, 1280: 16, 1408: 16, 1664: 16}


def heads_by_width(tensors: Tensors, width: int) -> int | None:
    """Look the number of heads up: in a fused weight nothing shows it."""
    return HEADS.get(width)


@dataclass(frozen=True)
class Format:
    """One way in which a ViT is stored.

    Args:
        title: What it is, for people.
        anchor: A name that every file of this format has.
        marks: Names that tell it, unasked, from other formats with this anchor.
        names: Theirs to mmpretrain's.
        dropped: Globs of names that a backbone does not need.
        prefixes: What may stand before every name; names without it are dropped.
        layout: ``layout(name, tensor)`` gives the tensor as torch would store it.
        heads: ``heads(tensors, width)`` finds the number of heads, or None.
        norm_eps: Epsilon of the layer norms the weights were trained with.
    """

    title: str
    anchor: str
    names: Mapping[str, str]
    marks: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ('',)
    layout: Callable[[str, Tensor], Tensor] = lambda name, tensor: tensor
    heads: Callable[[Tensors, int], int | None] = heads_by_width
    norm_eps: float = 1e-6

    def find_prefix(self, tensors: Tensors) -> str | None:
        """Return what stands before the anchor, or None where there is no anchor."""
        return next((prefix for prefix in self.prefixes if prefix + self.anchor in tensors), None)

    def telling_names(self) -> str:
        """Name what to look for in a file of this format."""
        return ', '.join(self.prefixes[0] + name for name in (self.anchor, *self.marks))

    def drops(self, name: str) -> bool:
        """Say whether a name (without prefix) is left behind on purpose."""
        return any(fnmatch(name, glob) for glob in self.dropped)


TIMM_NAMES = {
    'cls_token': 'cls_token',
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

# how JAX lays out what torch stores as (out, in) or (out, in, height, width); the first glob that fits counts
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


def npz_heads(tensors: Tensors, width: int) -> int | None:
    """Count the heads: JAX keeps them as a dimension of their own."""
    queries = (tensor for name, tensor in tensors.items() if fnmatch(name, '*/query/bias'))
    return next((len(bias) for bias in queries), None)


# the first that fits counts, so that those with marks or prefixes stand before plain timm
FORMATS: dict[str, Format] = {
    'npz': Format(
        title='Google ViT and augreg, .npz',
        anchor='embedding/kernel',
        names=NPZ_NAMES,
        dropped=('head/*', 'pre_logits/*'),
        layout=npz_layout,
        heads=npz_heads,
    ),
    'hf': Format(
        title='Hugging Face ViT, .safetensors or .bin',
        anchor='embeddings.patch_embeddings.projection.weight',
        names=HF_NAMES,
        dropped=('pooler.*', 'classifier.*', 'embeddings.mask_token'),
        prefixes=('vit.', ''),
        norm_eps=1e-12,
    ),
    'mocov3': Format(
        title='MoCo v3, .pth.tar',
        anchor='patch_embed.proj.weight',
        names=TIMM_NAMES,
        dropped=('head.*',),
        prefixes=('module.base_encoder.', 'module.momentum_encoder.'),
        heads=lambda tensors, width: {**HEADS, 384: 12}.get(width),  # its ViT-S has 12 heads
    ),
    'mae': Format(
        title='MAE, with or without its decoder, .pth',
        anchor='patch_embed.proj.weight',
        marks=('mask_token',),
        names=TIMM_NAMES,
        dropped=('mask_token', 'decoder_*', 'head.*'),
    ),
    'timm': Format(
        title='timm, jx_ and DeiT, .pth or .safetensors',
        anchor='patch_embed.proj.weight',
        names=TIMM_NAMES,
        dropped=('head.*', 'pre_logits.*'),
        prefixes=('', 'module.'),
    ),
}

"""Convert a pretrained ViT: tell its format, translate its names, compare it with the model it describes."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmpretrain.models.utils import resize_pos_embed
from mmpretrain.registry import MODELS
from torch import Tensor

from ..checkpoint import read_checkpoint
from .conversion import Conversion, ConversionReport
from .formats import FORMATS, Format, Tensors

PATCHES = 'patch_embed.projection.weight'  # what every anchor is renamed to
PARAMETERS = {'weight': 'weight', 'bias': 'bias', 'kernel': 'weight', 'scale': 'weight'}


def convert_vit(
    source: str | os.PathLike[str],
    *,
    format: str = 'auto',
    num_heads: int | None = None,
    img_size: int | None = None,
) -> Conversion:
    """Translate a pretrained ViT into mmpretrain's names, or raise a ``ValueError`` that says why not.

    Args:
        source: The file.
        format: A key of ``FORMATS``; ``'auto'`` goes by the names in the file.
        num_heads: For widths whose number of heads neither the file nor a table tells.
        img_size: Interpolate the position embedding for images of this size; by default it stays as it is.
    """
    source = Path(source).expanduser()
    stored = _stored_tensors(read_checkpoint(source))
    key, prefix = _recognise(stored, format, source)
    ours, dropped, unknown = _translate(stored, FORMATS[key], prefix)
    num_heads = num_heads or FORMATS[key].heads(stored, len(ours[PATCHES]))
    try:
        fitted = ours if img_size is None else _fit_to_images(ours, img_size)
        backbone = _describe(fitted, num_heads, FORMATS[key].norm_eps)
    except ValueError as error:
        raise ValueError(f'Cannot convert {source}: {error}') from error
    resized = [name for name, tensor in fitted.items() if tensor is not ours[name]]
    report = _compare(fitted, backbone, resized, dropped, unknown)
    report.require_complete(str(source))
    return Conversion(source, key, backbone, fitted, report)


def _stored_tensors(checkpoint: Mapping[str, Any]) -> dict[str, Tensor]:
    nested = (checkpoint[key] for key in ('state_dict', 'model') if isinstance(checkpoint.get(key), Mapping))
    return {name: value for name, value in next(nested, checkpoint).items() if isinstance(value, Tensor)}


def _recognise(stored: Tensors, wanted: str, source: Path) -> tuple[str, str]:
    """Return the key of the format and the prefix of its names."""
    for key, candidate in FORMATS.items():
        prefix = candidate.find_prefix(stored)
        marked = prefix is not None and all(prefix + mark in stored for mark in candidate.marks)
        if prefix is not None and (wanted == key or (wanted == 'auto' and marked)):
            return key, prefix
    known = '\n'.join(f'  {key:<7} {known.title}; has {known.telling_names()}' for key, known in FORMATS.items())
    raise ValueError(
        f'{source} is not a ViT of a known format (asked for: {wanted}). '
        f'Its first names: {", ".join(list(stored)[:4]) or "none"}. Known formats:\n{known}'
    )


def _translate(stored: Tensors, format: Format, prefix: str) -> tuple[dict[str, Tensor], list[str], list[str]]:
    """Return what has a name of ours, and the names that are dropped on purpose and that nobody knows."""
    ours: dict[str, Tensor] = {}
    dropped, unknown = [], []
    for full_name, tensor in stored.items():
        name = full_name.removeprefix(prefix)
        if not full_name.startswith(prefix) or format.drops(name):
            dropped.append(full_name)
        elif translated := _rename(name, format.names):
            ours[translated] = format.layout(name, tensor)
        else:
            unknown.append(full_name)
    return _fuse(ours), dropped, unknown


def _rename(name: str, table: Mapping[str, str]) -> str | None:
    for theirs, ours in table.items():
        pattern = re.escape(theirs).replace(r'\{i\}', r'(?P<i>\d+)').replace(r'\{p\}', r'(?P<p>[a-z]+)')
        found = re.fullmatch(pattern, name)
        if found:
            groups = {'p': '', **found.groupdict()}
            groups['p'] = PARAMETERS.get(groups['p'], groups['p'])
            return ours.format(**groups)
    return None


def _fuse(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Join query, key and value wherever all three are there."""
    fused = dict(tensors)
    for name in tensors:
        parts = [name.replace('.attn.q.', f'.attn.{part}.') for part in 'qkv']
        if '.attn.q.' in name and all(part in tensors for part in parts):
            fused[name.replace('.attn.q.', '.attn.qkv.')] = torch.cat([fused.pop(part) for part in parts])
    return fused


def _describe(tensors: Tensors, num_heads: int | None, norm_eps: float) -> dict[str, Any]:
    """Read the sizes of a ViT off its tensors and write them as a config of mmpretrain."""
    width, in_channels, _, patch_size = tensors[PATCHES].shape
    if num_heads is None:
        raise ValueError(f'nothing tells how many attention heads share its width of {width}. Pass --num-heads.')
    if width % num_heads:
        raise ValueError(f'{num_heads} attention heads cannot share its width of {width}.')
    layers = [int(name.split('.')[1]) for name in tensors if name.startswith('layers.')]
    hidden = (len(tensor) for name, tensor in tensors.items() if '.ffn.layers.0.0.' in name)
    backbone: dict[str, Any] = dict(
        type='mmpretrain.VisionTransformer',
        arch=dict(
            embed_dims=width,
            num_layers=1 + max(layers, default=0),
            num_heads=num_heads,
            feedforward_channels=next(hidden, 4 * width),
        ),
        img_size=_grid(tensors) * patch_size,
        patch_size=patch_size,
        in_channels=in_channels,
        qkv_bias=any(name.endswith('.qkv.bias') for name in tensors),
        norm_cfg=dict(type='LN', eps=norm_eps),
    )
    if 'ln2.weight' in tensors:  # it averages the tokens, and norms after that only
        backbone.update(final_norm=False, out_type='avg_featmap')
    return backbone


def _grid(tensors: Tensors) -> int:
    if 'pos_embed' not in tensors:
        raise ValueError('without a position embedding the size of its images is unknown.')
    num_tokens = tensors['pos_embed'].shape[1]
    side = math.isqrt(num_tokens - 1)
    if num_tokens != side**2 + 1:
        raise ValueError(f'{num_tokens} positions are not those of one class token and a square grid of patches.')
    return side


def _fit_to_images(tensors: dict[str, Tensor], img_size: int) -> dict[str, Tensor]:
    """Interpolate the position embedding to the grid that images of another size have."""
    old, patch_size = _grid(tensors), tensors[PATCHES].shape[-1]
    new, rest = divmod(img_size, patch_size)
    if rest:
        raise ValueError(f'images of {img_size} do not split into patches of {patch_size}.')
    return {**tensors, 'pos_embed': resize_pos_embed(tensors['pos_embed'], (old, old), (new, new), 'bicubic')}


def _compare(
    ours: Tensors, backbone: dict[str, Any], resized: list[str], dropped: list[str], unknown: list[str]
) -> ConversionReport:
    with torch.device('meta'):  # names and shapes, no memory
        own = {name: tensor.shape for name, tensor in MODELS.build(backbone).state_dict().items()}
    fits = {name for name, tensor in ours.items() if own.get(name) == tensor.shape}
    return ConversionReport(
        matched=[name for name in own if name in fits and name not in resized],
        missing=[name for name in own if name not in ours],
        unexpected=[*unknown, *(name for name in ours if name not in own)],
        resized=resized,
        mismatched=[name for name in own if name in ours and name not in fits],
        dropped=dropped,
    )

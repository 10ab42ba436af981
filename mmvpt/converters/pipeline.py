"""Convert a pretrained backbone: recognise its format, translate its names, compare it with its model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

from mmpretrain.registry import MODELS
from torch import Tensor

from mmvpt.files.read import read_checkpoint
from mmvpt.files.tensors import is_finite
from mmvpt.layers.meta import parameters_without_memory
from mmvpt.text.refused import Refused

from . import convnext, efficientnet, regnet, resnet, swin, vit
from .conversion import Conversion, ConversionReport
from .format import Format, Sizes, Tensors
from .hosts import move

# the first format that fits is used; only the ViTs have the names of patches as anchor
FORMATS: dict[str, Format] = {
    **resnet.FORMATS,
    **regnet.FORMATS,
    **convnext.FORMATS,
    **efficientnet.FORMATS,
    **swin.FORMATS,
    **vit.FORMATS,
}

#: What to do about a file that cannot be converted.
REMEDY_OF_SOURCE = 'Give the complete file as its authors published it, with finite weights in floats.'


def convert(
    source: str | os.PathLike[str],
    *,
    format: str = 'auto',
    num_heads: int | None = None,
    img_size: int | None = None,
    window_size: int | None = None,
    host: str = 'mmpretrain',
) -> Conversion:
    """Translate a pretrained backbone into the names of a host, or raise a ``ValueError`` that says why not.

    Args:
        source: The file.
        format: A key of ``FORMATS``; ``'auto'`` recognises it by the names in the file.
        num_heads: For ViTs of a width whose number of heads is neither in the file nor in a table.
        img_size: Interpolate the position embedding for images of this size; by default it does not change.
        window_size: Interpolate the relative position biases of a Swin for windows of this size.
        host: Package of the backbone: ``'mmpretrain'``, ``'mmseg'`` or ``'mmdet'``.
    """
    source, sizes = Path(source).expanduser(), Sizes(num_heads, img_size, window_size)
    stored = _stored_tensors(read_checkpoint(source))
    key, prefix = _recognise(stored, format, source)
    known = FORMATS[key]
    try:
        _refuse_sizes(known, sizes)
        ours, dropped, unknown = _translate(stored, known, prefix)
        _require_finite(ours)
        fitted = known.fit(ours, sizes)
        backbone = known.describe(fitted, stored, sizes)
        own = _build(backbone)
    except (ValueError, TypeError, IndexError, RuntimeError) as error:  # tables of a format meet tensors of any shape
        raise Refused(f'Cannot convert {source}: {error} {REMEDY_OF_SOURCE}') from error
    optional = {name: own[name] for name in own if name not in fitted and _matches(name, known.optional)}
    resized = [name for name, tensor in fitted.items() if tensor is not ours[name]]
    report = _compare(fitted, own, list(optional), resized, dropped, unknown)
    report.require_complete(str(source))
    return Conversion(source, key, *move(backbone, {**fitted, **optional}, host), report)


def _compare(
    fitted: Tensors, own: Tensors, optional: list[str], resized: list[str], dropped: list[str], unknown: list[str]
) -> ConversionReport:
    fits = {name for name, tensor in fitted.items() if name in own and own[name].shape == tensor.shape}
    return ConversionReport(
        matched=[name for name in own if name in fits and name not in resized],
        missing=[name for name in own if name not in fitted and name not in optional],
        unexpected=[*unknown, *(name for name in fitted if name not in own)],
        resized=[name for name in resized if name in fits],
        mismatched=[name for name in own if name in fitted and name not in fits],
        optional=optional,
        dropped=dropped,
    )


def _stored_tensors(checkpoint: Mapping[str, object]) -> dict[str, Tensor]:
    nested = [inner for key in ('state_dict', 'model') if isinstance(inner := checkpoint.get(key), Mapping)]
    return {name: value for name, value in [*nested, checkpoint][0].items() if isinstance(value, Tensor)}


def _recognise(stored: Tensors, wanted: str, source: Path) -> tuple[str, str]:
    """Return the key of the format and the prefix of its names."""
    for key, candidate in FORMATS.items():
        prefix = candidate.find_prefix(stored)
        marked = prefix is not None and all(prefix + mark in stored for mark in candidate.marks)
        if prefix is not None and (wanted == key or (wanted == 'auto' and marked)):
            return key, prefix
    known = '\n'.join(f'  {key:<18} {known.title}; has {known.telling_names()}' for key, known in FORMATS.items())
    raise Refused(
        f'{source} is not of a known format (--format {wanted}). '
        f'Its first names: {", ".join(list(stored)[:4]) or "none"}. Give a file of a known format, and name it by '
        f'--format if its names are others. Known formats:\n{known}'
    )


def _refuse_sizes(format: Format, sizes: Sizes) -> None:
    useless = [name for name in sizes.given() if name not in format.takes]
    if useless:
        takes = ', '.join(format.takes) or 'none'
        raise ValueError(f'{", ".join(useless)} is not an option of {format.title} (options: {takes}).')


def _translate(stored: Tensors, format: Format, prefix: str) -> tuple[dict[str, Tensor], list[str], list[str]]:
    """Return the translated tensors, the names that are dropped on purpose, and the unknown names."""
    ours: dict[str, Tensor] = {}
    dropped, unknown = [], []
    for full_name, tensor in stored.items():
        name = full_name.removeprefix(prefix)
        translated = format.rename(name)
        if not full_name.startswith(prefix) or _matches(name, format.dropped):
            dropped.append(full_name)
        elif translated is None or translated in ours:
            unknown.append(full_name)
        else:
            ours[translated] = _lay_out(format, name, tensor)
    return format.assemble(ours), dropped, unknown


def _require_finite(tensors: Tensors) -> None:
    for name, tensor in tensors.items():
        if not tensor.is_floating_point() and tensor.ndim:
            raise ValueError(f'{name} is {tensor.dtype}, where a backbone has floats.')
        if not tensor.is_meta and not is_finite(tensor):
            raise ValueError(f'{name} holds NaN or infinity.')


def _lay_out(format: Format, name: str, tensor: Tensor) -> Tensor:
    try:
        return format.layout(name, tensor)
    except (RuntimeError, IndexError) as error:
        raise ValueError(f'{name} has the shape {tuple(tensor.shape)}, which {format.title} never has.') from error


def _matches(name: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatch(name, glob) for glob in globs)


def _build(backbone: dict[str, object]) -> dict[str, Tensor]:
    """Return the state dict of a model, whose parameters have only shapes and no values."""
    try:
        with parameters_without_memory():
            return MODELS.build(backbone).state_dict()
    except (AssertionError, ArithmeticError) as error:
        raise ValueError(f'no model has the sizes of its tensors: {backbone}.') from error

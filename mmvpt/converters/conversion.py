"""What a conversion yields: tensors, the config they fill, and a report strict enough to trust them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from mmvpt.files.match import KeyReport
from mmvpt.files.write import write_atomically, write_safetensors

from ..version import __version__

BACKBONE = 'backbone.'  # for init_cfg=dict(type='Pretrained', checkpoint=..., prefix='backbone.')


@dataclass
class ConversionReport(KeyReport):
    """How the names of a foreign file met those of the model.

    Args:
        dropped: Left behind on purpose: heads, decoders, copies kept for training.
    """

    dropped: list[str] = field(default_factory=list)

    def rows(self) -> dict[str, list[str]]:
        """Call what was resized by what happened to it."""
        return {'interpolated' if title == 'resized' else title: names for title, names in super().rows().items()}

    def require_complete(self, source: str) -> None:
        """Raise a ``ValueError`` with the whole report unless the model is filled and every name is known."""
        gaps = len(self.missing) + len(self.mismatched)
        if gaps or self.unexpected:
            raise ValueError(
                f'{source} leaves {gaps} names of the model that its sizes describe without a value, '
                f'and holds {len(self.unexpected)} names that no table knows.\n{self}\n'
                'The file is incomplete, or of another architecture.'
            )


@dataclass
class Conversion:
    """A pretrained backbone in the names of open-mmlab.

    Args:
        source: The file it came from.
        format: The key of its format in ``FORMATS``.
        backbone: Config of the backbone that it fills.
        tensors: State dict of that backbone.
        report: What became of every name.
    """

    source: Path
    format: str
    backbone: dict[str, object]
    tensors: dict[str, Tensor]
    report: ConversionReport

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the weights and where they are from, atomically, and return the path, ``.safetensors`` by default."""
        path = Path(path) if Path(path).suffix else Path(path).with_suffix('.safetensors')
        write = WRITERS.get(path.suffix)
        if write is None:
            raise ValueError(f'Cannot write {path}. Let it end in {" or ".join(WRITERS)}.')
        if path.resolve() == self.source.resolve():
            raise ValueError(f'{path} is the source. Give the result a name of its own.')
        origin = dict(
            source=self.source.name,
            format=self.format,
            interpolated=self.report.resized,
            backbone=self.backbone,
            mmvpt_version=__version__,
        )
        write(path, {BACKBONE + name: tensor for name, tensor in self.tensors.items()}, origin)
        return path


def _write_pth(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, object]) -> None:
    checkpoint = dict(state_dict=tensors, meta=metadata)
    write_atomically(path, lambda file: torch.save(checkpoint, file))


WRITERS = {'.safetensors': write_safetensors, '.pth': _write_pth}

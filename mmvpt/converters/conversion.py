"""The result of a conversion: tensors, the config of their backbone, and a strict report."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from mmvpt.files.match import KeyReport
from mmvpt.files.write import write_atomically, write_safetensors
from mmvpt.text.refused import Refused

from ..version import __version__

BACKBONE = 'backbone.'  # for init_cfg=dict(type='Pretrained', checkpoint=..., prefix='backbone.')


@dataclass
class ConversionReport(KeyReport):
    """Report of how the names of a foreign file match those of the model.

    Args:
        dropped: Ignored on purpose: heads, decoders, copies kept for training.
    """

    dropped: list[str] = field(default_factory=list)

    def rows(self) -> dict[str, list[str]]:
        """Return the rows of the report, with resized tensors named interpolated."""
        return {'interpolated' if title == 'resized' else title: names for title, names in super().rows().items()}

    def require_complete(self, source: str) -> None:
        """Refuse a file, with the report, if a tensor of the model has no value or a name is unknown."""
        gaps = len(self.missing) + len(self.mismatched)
        if gaps or self.unexpected:
            raise Refused(
                f'{source} has no value for {gaps} names of the model that its sizes describe, '
                f'and has {len(self.unexpected)} names that no table knows.\n{self}\n'
                'The file is incomplete, or of another architecture. Give a complete file of a known format.'
            )


@dataclass
class Conversion:
    """A pretrained backbone with the names of OpenMMLab.

    Args:
        source: The file it is from.
        format: The key of its format in ``FORMATS``.
        backbone: Config of the backbone for these tensors.
        tensors: State dict of that backbone.
        report: What happened to every name.
    """

    source: Path
    format: str
    backbone: dict[str, object]
    tensors: dict[str, Tensor]
    report: ConversionReport

    def save(self, path: str | os.PathLike[str], origin: str | None = None, licence: str | None = None) -> Path:
        """Write the weights with what is known of them, atomically, and return the path, ``.safetensors`` by default.

        Args:
            path: The file to write.
            origin: Where the pretrained file is from, such as a URL. A delta on this base says so too.
            licence: Of the pretrained weights, such as ``'Apache-2.0'``.
        """
        path = Path(path) if Path(path).suffix else Path(path).with_suffix('.safetensors')
        write = WRITERS.get(path.suffix)
        if write is None:
            raise ValueError(f'Cannot write {path}. Its name must end in {" or ".join(WRITERS)}.')
        if path.resolve() == self.source.resolve():
            raise ValueError(f'{path} is the source. Give the result another name.')
        known = dict(
            source=self.source.name,
            format=self.format,
            interpolated=self.report.resized,
            backbone=self.backbone,
            mmvpt_version=__version__,
        )
        known |= {key: value for key, value in dict(origin=origin, licence=licence).items() if value}
        write(path, {BACKBONE + name: tensor for name, tensor in self.tensors.items()}, known)
        return path


def _write_pth(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, object]) -> None:
    checkpoint = dict(state_dict=tensors, meta=metadata)
    write_atomically(path, lambda file: torch.save(checkpoint, file))


WRITERS = {'.safetensors': write_safetensors, '.pth': _write_pth}

"""Files of ours other than deltas: tensors, metadata, and in it the kind of the file."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from .paths import PathLike
from .read import read_checkpoint
from .write import write_safetensors


def write_artifact(path: PathLike, kind: str, tensors: Mapping[str, Tensor], metadata: Mapping[str, object]) -> None:
    """Write a file of a kind, whole or not at all."""
    write_safetensors(path, tensors, {**metadata, 'kind': kind})


def read_artifact(path: PathLike, kind: str, wrong: str) -> tuple[dict[str, Tensor], dict]:
    """Read tensors and metadata of a file of a kind.

    Args:
        path: The file.
        kind: What it must be.
        wrong: What to say after its name where it is something else: what it does not hold, and what makes such files.
    """
    content = read_checkpoint(path)
    metadata = dict(content.get('meta', {}))
    if metadata.pop('kind', None) != kind:
        raise ValueError(f'{path} {wrong}')
    return content['state_dict'], metadata

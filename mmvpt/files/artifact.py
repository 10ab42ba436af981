"""Files of ours other than deltas: tensors, metadata, and in it the kind of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from mmvpt.text.refused import Refused

from .paths import PathLike
from .read import read_checkpoint
from .schema import Field, require_fields, require_format
from .write import write_safetensors

#: Raised when a reader of today could not read what is written.
FORMAT_OF_ARTIFACTS = 1


def write_artifact(path: PathLike, kind: str, tensors: Mapping[str, Tensor], metadata: Mapping[str, object]) -> None:
    """Write a file of a kind, whole or not at all."""
    write_safetensors(path, tensors, {**metadata, 'kind': kind})


def read_artifact(
    path: PathLike, kind: str, wrong: str, schema: Mapping[str, Field]
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read tensors and metadata of a file of a kind.

    Args:
        path: The file.
        kind: What it must be.
        wrong: What to say after its name where it is something else: what it does not hold, and what makes such files.
        schema: Fields of its metadata.
    """
    content = read_checkpoint(path)
    metadata = dict(content.get('meta', {}))
    if metadata.pop('kind', None) != kind:
        raise Refused(f'{path} {wrong}')
    require_format(metadata, FORMAT_OF_ARTIFACTS, path)
    require_fields(metadata, schema, path)
    return content['state_dict'], metadata

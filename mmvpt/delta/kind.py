"""Files that are deltas by their metadata: refused wherever they cannot be read as such."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import torch
from torch import Tensor

from mmvpt.files.loaders import CHECKPOINT_CHECKS
from mmvpt.files.paths import PathLike
from mmvpt.files.refuse import COPY_AGAIN, refuse
from mmvpt.files.schema import require_fields, require_format
from mmvpt.files.tensors import is_finite

from .fit import FLOATS
from .format import FINGERPRINT, FORMAT, is_delta
from .schema import FIELDS_OF_DELTA

#: In the meta of a resume file: the metadata of its deployment file.
DEPLOYMENT = 'mmvpt_delta'
#: Among what a state dict keeps of a module: the file that its tensors are from.
SOURCE = 'source'
#: Kinds of numbers in a delta: those that train, and counts.
TRAINED_KINDS = {*FLOATS, torch.int64}


def require_sound_delta(checkpoint: object, path: PathLike) -> None:
    """Refuse a file that is a delta by its metadata and cannot be read as one; leave others alone."""
    given = _metadata_of(checkpoint)
    if given is None or not isinstance(checkpoint, Mapping):
        return
    metadata = _require_metadata(given, path)
    state = checkpoint.get('state_dict')
    if not isinstance(state, Mapping) or not all(isinstance(name, str) for name in state):
        raise refuse(path, 'its state_dict is no dict of tensors', COPY_AGAIN)
    if not all(isinstance(value, Tensor) for value in state.values()):
        raise refuse(path, 'its state_dict is no dict of tensors', COPY_AGAIN)
    _require_fingerprints(metadata, state, path)
    for name, tensor in state.items():
        if tensor.dtype not in TRAINED_KINDS and name.rpartition('.')[2] != FINGERPRINT:
            raise refuse(path, f'{name} is {tensor.dtype}, which nothing that trains is', COPY_AGAIN)
    if wrong := find_not_finite(state):
        raise refuse(path, f'{wrong} holds NaN or infinity', 'Take an earlier checkpoint of the run, or train again.')


def find_not_finite(part: object, place: str = '') -> str | None:
    """The name of the first tensor or number that is NaN or infinite, anywhere in a dict or a list."""
    if isinstance(part, Mapping):
        inside = ((f'{place}.{name}' if place else str(name), value) for name, value in part.items())
    elif isinstance(part, list | tuple):
        inside = ((f'{place}.{index}', value) for index, value in enumerate(part))
    else:
        return None if _is_finite(part) else place
    return next((wrong for name, value in inside if (wrong := find_not_finite(value, name))), None)


def _is_finite(value: object) -> bool:
    return is_finite(value) if isinstance(value, Tensor) else not isinstance(value, float) or abs(value) < float('inf')


def _metadata_of(checkpoint: object) -> object:
    """The metadata of the delta in a checkpoint, or None where nothing says that it is one."""
    if not isinstance(checkpoint, Mapping):
        return None
    meta, state = checkpoint.get('meta'), checkpoint.get('state_dict')
    named = isinstance(state, Mapping) and is_delta({str(name): value for name, value in state.items()})
    if not isinstance(meta, Mapping):
        return (meta or None) if named else None
    if DEPLOYMENT in meta:
        return () if meta[DEPLOYMENT] is None else meta[DEPLOYMENT]
    required = {name for name, field in FIELDS_OF_DELTA.items() if field.required}
    ours = meta.keys() & required if named else meta.keys() >= {FINGERPRINT, 'format'}
    return meta if ours and 'kind' not in meta else None


def _require_metadata(metadata: object, path: PathLike) -> Mapping[str, object]:
    if not isinstance(metadata, Mapping):
        raise refuse(path, 'its metadata are not those of a delta', COPY_AGAIN)
    require_format(metadata, FORMAT, path)
    require_fields(metadata, FIELDS_OF_DELTA, path)
    return metadata


def _require_fingerprints(metadata: Mapping[str, object], state: Mapping[str, Tensor], path: PathLike) -> None:
    """Refuse fingerprints that are none, or others than the metadata tell."""
    found = {name: tensor for name, tensor in state.items() if name.rpartition('.')[2] == FINGERPRINT}
    for name, tensor in found.items():
        if (tensor.dtype, tuple(tensor.shape)) != (torch.uint8, (32,)):
            raise refuse(path, f'{name} is no fingerprint: {tensor.dtype} of {tuple(tensor.shape)}', COPY_AGAIN)
    if not found:
        raise refuse(path, f'it is a delta by its metadata, and no tensor in it is a {FINGERPRINT}', COPY_AGAIN)
    here = {name.removesuffix(FINGERPRINT): bytes(tensor.tolist()).hex() for name, tensor in found.items()}
    if here != metadata[FINGERPRINT]:
        raise refuse(path, 'its metadata tell of another base than its tensors', COPY_AGAIN)


def note_source(checkpoint: object, path: PathLike) -> None:
    """Let the state dict of a delta carry the name of its file to the modules that it is loaded into."""
    if not isinstance(checkpoint, dict) or not is_delta(state := checkpoint.get('state_dict', {})):
        return
    named = OrderedDict(state)
    notes = dict(getattr(state, '_metadata', {}))
    for name in state:
        prefix, _, last = str(name).rpartition('.')
        if last == FINGERPRINT:
            notes[prefix] = {**notes.get(prefix, {}), SOURCE: str(path)}
    named._metadata = notes  # type: ignore[attr-defined]  # where torch keeps what belongs to modules
    checkpoint['state_dict'] = named


def source_of(state_dict: object) -> str | None:
    """The file that the state dict of a delta was read from, where it carries its name."""
    notes = getattr(state_dict, '_metadata', {}).values()
    return next((str(note[SOURCE]) for note in notes if isinstance(note, Mapping) and SOURCE in note), None)


CHECKPOINT_CHECKS.extend((require_sound_delta, note_source))

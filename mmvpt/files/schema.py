"""What the metadata of our files may hold: a type and a test for each field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from .paths import PathLike
from .refuse import UPDATE, WRITE_AGAIN, refuse

#: More digits than any count of ours has.
_LARGEST = 10**15


@dataclass(frozen=True)
class Field:
    """A field of metadata.

    Args:
        what: What it is, for messages.
        fits: Whether a value can be one.
        required: Whether it has to be there.
    """

    what: str
    fits: Callable[[object], bool]
    required: bool = False


def require_fields(metadata: object, schema: Mapping[str, Field], path: PathLike) -> None:
    """Refuse metadata that lack a field, or have one of another type; others may be anything."""
    if not isinstance(metadata, Mapping):
        raise refuse(path, f'its metadata are a {type(metadata).__name__}, not fields by name', WRITE_AGAIN)
    for name, field in schema.items():
        if name in metadata:
            if not field.fits(metadata[name]):
                raise refuse(path, f'{name} is {str(metadata[name])[:60]!r}, not {field.what}', WRITE_AGAIN)
        elif field.required:
            raise refuse(path, f'its metadata have no {name} ({field.what})', WRITE_AGAIN)


def require_format(metadata: Mapping[str, object], newest: int, path: PathLike) -> None:
    """Refuse a format that is none, or that only a newer mmvpt reads; without one it is the first."""
    found = metadata.get('format', 1)
    if not is_count(found) or found < 1:
        raise refuse(path, f'format is {str(found)[:60]!r}, not a whole number from 1', WRITE_AGAIN)
    if found > newest:
        raise refuse(path, f'it is of format {found}, and this mmvpt reads up to {newest}', UPDATE)


def is_count(value: object) -> TypeGuard[int]:
    """A whole number of things."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST


def is_mapping(value: object) -> bool:
    """Fields by name, or nothing."""
    return value is None or (isinstance(value, Mapping) and all(isinstance(name, str) for name in value))


def is_hash(value: object) -> bool:
    """A SHA-256 in hex."""
    return isinstance(value, str) and len(value) == 64 and not value.strip('0123456789abcdef')


def are_hashes(value: object) -> bool:
    """A SHA-256 for each of some names."""
    return isinstance(value, Mapping) and bool(value) and all(map(is_hash, value.values()))


def list_of(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    """A test for lists of what another test lets pass."""
    return lambda value: isinstance(value, list | tuple) and all(map(fits, value))


COUNT_FIELD = Field('a whole number', is_count)
MAPPING_FIELD = Field('fields by name', is_mapping)
VERSION_FIELD = Field('the version of mmvpt that wrote it', lambda value: isinstance(value, str))

"""What the metadata of a delta hold, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .format import FINGERPRINT

#: Whether a value is one that we write.
Check = Callable[[object], bool]


def wrong_field(metadata: Mapping[str, object]) -> str | None:
    """Say which field of the metadata of a delta is missing, or is not what we write there; None where all are right.

    Fields of a user stay as they are.
    """
    if missing := [name for name in REQUIRED_OF_DELTA if name not in metadata]:
        return f'its metadata have no {missing[0]}'
    wrong = next(
        (name for name, check in FIELDS_OF_DELTA.items() if name in metadata and not check(metadata[name])), None
    )
    return None if wrong is None else f'{wrong} in its metadata is {str(metadata[wrong])[:60]!r}'


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def _are_fingerprints(value: object) -> bool:
    if not isinstance(value, Mapping) or not value:
        return False
    return all(isinstance(one, str) and re.fullmatch('[0-9a-f]{64}', one) for one in value.values())


def _is_config(value: object) -> bool:
    return value is None or isinstance(value, dict)


def _is_about_data(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    classes, palette = value.get('classes'), value.get('palette')
    return _are_names(classes) and (palette is None or _is_text_of_array(palette) or _are_colours(palette))


def _are_names(value: object) -> bool:
    named = isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)
    return value is None or named or _is_text_of_array(value)


def _is_text_of_array(value: object) -> bool:
    """Whether this is what JSON holds of an array: its text."""
    return isinstance(value, str) and '[' in value


def _are_colours(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, list) and all(isinstance(part, int | float) for part in row) for row in value
    )


REQUIRED_OF_DELTA = ('mmvpt_version', FINGERPRINT, 'num_trained')
FIELDS_OF_DELTA: dict[str, Check] = {
    'mmvpt_version': lambda value: isinstance(value, str),
    FINGERPRINT: _are_fingerprints,
    'num_trained': _is_count,
    'model': _is_config,
    'dataset_meta': _is_about_data,
    'epoch': _is_count,
    'iter': _is_count,
}

"""What the metadata of a delta hold, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mmvpt.files.schema import COUNT_FIELD, MAPPING_FIELD, VERSION_FIELD, Field, are_hashes, is_mapping, list_of

from .format import FINGERPRINT


def _is_about_data(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    classes, palette = value.get('classes'), value.get('palette')
    return _are_names(classes) and (palette is None or _is_text_of_array(palette) or _are_colours(palette))


def _are_names(value: object) -> bool:
    return value is None or list_of(lambda name: isinstance(name, str))(value) or _is_text_of_array(value)


def _are_versions(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(part, str) for pair in value.items() for part in pair)


def _is_text_of_array(value: object) -> bool:
    """Whether this is what JSON holds of an array: its text."""
    return isinstance(value, str) and '[' in value


def _are_colours(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, list) and all(isinstance(part, int | float) for part in row) for row in value
    )


#: Fields of a user stay as they are.
FIELDS_OF_DELTA = {
    'format': replace(COUNT_FIELD, required=True),
    'mmvpt_version': replace(VERSION_FIELD, required=True),
    FINGERPRINT: Field('the fingerprint of each base', are_hashes, required=True),
    'num_trained': replace(COUNT_FIELD, required=True),
    'model': MAPPING_FIELD,
    'dataset_meta': Field('classes and palette', _is_about_data),
    'epoch': COUNT_FIELD,
    'iter': COUNT_FIELD,
    'config': Field('the name of a config', lambda value: value is None or isinstance(value, str)),
    'pipeline': Field('the steps of a pipeline', lambda value: value is None or list_of(is_mapping)(value)),
    'normalisation': MAPPING_FIELD,
    'base': MAPPING_FIELD,
    'data': MAPPING_FIELD,
    'versions': Field('a version for each package', _are_versions),
}

"""Textures of things and backgrounds: each is a function in a table."""

from . import natural, plain  # noqa: F401  they fill the table
from .table import ALL_TEXTURES, FIELD, NUM_FIELDS, find_field

__all__ = ['ALL_TEXTURES', 'FIELD', 'NUM_FIELDS', 'find_field']

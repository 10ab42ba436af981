"""Outlines: the forms of things, from triangles to teapots, each a function that draws its members."""

from . import (  # noqa: F401  makes their forms known
    fractals,
    glyphs,
    hardware,
    household,
    living,
    plain,
    plants,
    play,
    signs,
    vehicles,
)
from .table import ALL_FORMS, NUM_VARIANTS, Form, Silhouette, find_silhouette

__all__ = ['ALL_FORMS', 'NUM_VARIANTS', 'Form', 'Silhouette', 'find_silhouette']

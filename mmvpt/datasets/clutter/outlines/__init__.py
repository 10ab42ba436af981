"""Outlines: the forms of things, from triangles to teapots, each a function that draws its members."""

from . import (  # noqa: F401  makes their forms known
    desk,
    fractals,
    glyphs,
    hand_tools,
    household,
    living,
    plain,
    plants,
    signs,
    vehicles,
)
from .table import ALL_FORMS, NUM_VARIANTS, Form, Silhouette, find_silhouette

__all__ = ['ALL_FORMS', 'NUM_VARIANTS', 'Form', 'Silhouette', 'find_silhouette']

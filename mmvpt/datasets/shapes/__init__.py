"""Shapes: our own small data set, drawn from a seed, in the formats that mmpretrain, mmseg and mmdet read."""

from . import structured  # noqa: F401  makes its formats known
from .export import EXPORTERS
from .make import make_shapes

__all__ = ['EXPORTERS', 'make_shapes']

"""Shapes: pictures of our own making, in the formats that the hosts read."""

from . import structured  # noqa: F401  makes its formats known
from .export import EXPORTERS
from .make import make_shapes

__all__ = ['EXPORTERS', 'make_shapes']

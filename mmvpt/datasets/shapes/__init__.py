"""Shapes: pictures of our own making, in the formats that the hosts read."""

from .export import EXPORTERS
from .make import make_shapes

__all__ = ['EXPORTERS', 'make_shapes']

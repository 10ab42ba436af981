"""Data sets on disk: what is missing or wrong, told in one pass and before any training."""

from .config import parts_of_config
from .findings import Findings
from .layouts import LAYOUTS
from .part import Part, verify

__all__ = ['LAYOUTS', 'Findings', 'Part', 'parts_of_config', 'verify']

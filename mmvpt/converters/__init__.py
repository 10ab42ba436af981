"""Converters of pretrained backbones of other projects into the names and layout of OpenMMLab."""

from .conversion import Conversion, ConversionReport
from .format import Format
from .hosts import HOSTS
from .pipeline import FORMATS, convert

__all__ = ['FORMATS', 'HOSTS', 'Conversion', 'ConversionReport', 'Format', 'convert']

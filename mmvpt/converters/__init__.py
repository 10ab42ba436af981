"""Converters of pretrained backbones of other projects into the names and layout of OpenMMLab."""

from .conversion import Conversion, ConversionReport
from .format import Format
from .pipeline import FORMATS, convert

__all__ = ['FORMATS', 'Conversion', 'ConversionReport', 'Format', 'convert']

"""Bring pretrained ViTs of other projects into the names and layout of mmpretrain."""

from .conversion import Conversion, ConversionReport
from .formats import FORMATS, Format
from .vit import convert_vit

__all__ = ['FORMATS', 'Conversion', 'ConversionReport', 'Format', 'convert_vit']

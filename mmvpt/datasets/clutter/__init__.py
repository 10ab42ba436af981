"""Clutter: pictures of many things, drawn from a seed, broad enough to pretrain a base on.

274 forms, 31 textures, light, shadows and a camera, each of which may be left out of what is drawn. NumPy and OpenCV
draw it; nothing is downloaded.
"""

from .clutter import Clutter
from .draw import Ranges, draw_clutter
from .factors import NAMED, factors_of
from .outlines import ALL_FORMS
from .picture import draw_picture
from .render import NOTHING, Picture, render
from .sheet import draw_sheet
from .textures import ALL_TEXTURES

__all__ = [
    'ALL_FORMS',
    'ALL_TEXTURES',
    'NAMED',
    'NOTHING',
    'Picture',
    'Ranges',
    'Clutter',
    'draw_picture',
    'draw_clutter',
    'draw_sheet',
    'factors_of',
    'render',
]

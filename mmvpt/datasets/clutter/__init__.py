"""Clutter: pictures of many things on busy grounds, drawn from a seed, with all that is known about them.

``draw_picture`` draws a picture as data from ``Ranges``, ``render`` makes its pixels and says which thing is seen at
each of them, and ``read_factors`` lists what varied. None of this needs torch. Forms, textures and colours may be
withheld, so that a task has what no pretext has shown.
"""

from .draw import draw_picture
from .factors import read_factors
from .outlines import ALL_FORMS
from .palettes import SCHEMES
from .picture import Picture
from .ranges import CLEAR, Ranges, forms_of, without
from .render import NOBODY, Rendering, make_label_map, render
from .textures import TEXTURES
from .warm import warm_up

__all__ = [
    'ALL_FORMS',
    'CLEAR',
    'NOBODY',
    'SCHEMES',
    'TEXTURES',
    'Picture',
    'Ranges',
    'Rendering',
    'draw_picture',
    'forms_of',
    'make_label_map',
    'read_factors',
    'render',
    'warm_up',
    'without',
]

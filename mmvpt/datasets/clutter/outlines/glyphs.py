"""Letters, digits and signs of the fonts that matplotlib ships: the same on every machine, and nothing to download."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

import numpy as np

from .pieces import Piece
from .table import add_form

#: Fonts of which each variant of a glyph takes one; the last two lack some signs, and the narrow ones most.
_WIDE = (
    'DejaVuSans',
    'DejaVuSans-Bold',
    'DejaVuSans-Oblique',
    'DejaVuSansMono',
    'DejaVuSansMono-Bold',
    'DejaVuSerif',
    'DejaVuSerif-Bold',
    'DejaVuSerif-BoldItalic',
    'STIXGeneral',
    'STIXGeneralBol',
    'STIXGeneralItalic',
    'STIXGeneralBolIta',
)
_NARROW = ('cmb10', 'cmr10', 'cmss10', 'cmtt10')

_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
_SMALL = 'abdefghkmnqrty'  # those that are not the large ones made smaller
_DIGITS = '0123456789'
_SIGNS = {
    'question_mark': '?',
    'ampersand': '&',
    'at_sign': '@',
    'hash': '#',
    'percent': '%',
    'section': '§',
    'euro': '€',
    'pi': 'π',
    'psi': 'Ψ',
    'omega': 'Ω',
    'phi': 'φ',
    'xi': 'Ξ',
    'theta': 'Θ',
    'lambda': 'λ',
    'ya': 'Я',
    'zhe': 'Ж',
    'eff': 'Ф',
    'shcha': 'Щ',
    'integral': '∫',
}


@cache
def _contours(font_name: str, character: str) -> tuple[np.ndarray, ...]:
    import matplotlib  # here, because pictures without glyphs do not need its half second
    from matplotlib.ft2font import FT2Font
    from matplotlib.path import Path as Outlines

    font = FT2Font(str(Path(matplotlib.get_data_path()) / 'fonts' / 'ttf' / f'{font_name}.ttf'))
    font.set_size(100, 72)
    font.load_char(ord(character))
    polygons = Outlines(*font.get_path()).to_polygons(closed_only=True)
    return tuple(np.asarray(polygon) * (1, -1) for polygon in polygons)


def _draw(character: str, fonts: tuple[str, ...], rng: np.random.Generator) -> list[Piece]:
    contours = _contours(fonts[rng.integers(len(fonts))], character)
    slant = np.array([(1, 0), (rng.uniform(-0.12, 0.12), rng.uniform(0.85, 1.15))])
    return [Piece(tuple(contour @ slant for contour in contours))]


def _add(family: str, glyphs: Iterable[tuple[str, str]], fonts: tuple[str, ...]) -> None:
    for name, character in glyphs:
        add_form(name, family, partial(_draw, character, fonts), chiral=True)


_add('letters', ((f'letter_{letter}', letter) for letter in _LETTERS), _WIDE + _NARROW)
_add('letters', ((f'small_{letter}', letter) for letter in _SMALL), _WIDE + _NARROW)
_add('digits', ((f'digit_{digit}', digit) for digit in _DIGITS), _WIDE + _NARROW)
_add('characters', _SIGNS.items(), _WIDE[:-2])

"""Ranges: from what pictures are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .outlines import ALL_FORMS
from .palettes import SCHEMES
from .textures import TEXTURES

#: How the surface of a thing is raised: not at all, at its border, like a pillow, or by its texture.
RELIEFS = ('flat', 'bevel', 'dome', 'bump')
#: What may lie behind the things.
BACKDROPS = ('surface', 'room')

Span = tuple[float, float]


@dataclass(frozen=True)
class Ranges:
    """What may occur in a picture, and how far; the defaults are the broadest.

    A task or a pretext withholds what it leaves out. Effects whose lower bound means none are absent from half of the
    pictures. Lengths are shares of the side of the picture, angles degrees.

    Attributes:
        side: Height and width in pixels.
        forms: Names in ``ALL_FORMS``.
        textures: Names in ``TEXTURES``, of things.
        schemes: Names in ``SCHEMES``, of the colours of things.
        ground_textures: Names in ``TEXTURES``, of backdrops.
        ground_schemes: Names in ``SCHEMES``, of the colours of backdrops.
        reliefs: Some of ``RELIEFS``.
        backdrops: Some of ``BACKDROPS``.
        num_things: Number of things, at least 1.
        thing_size: The longer side of a thing.
        margin: How far from the border the middle of a thing stays.
        spacing: How far things keep from each other: 0 is anywhere, 1 is mostly without overlap.
        turn: The angle of a thing.
        stretch: Its width by its height, relative to the form.
        shear: How far it leans.
        mirror: Whether things may be mirrored, except those that mean something else then.
        texture_scale: The share of a tile of texture that is as wide as the picture.
        contrast: Differences of value within a palette.
        separation: The least distance of colour between a thing and what is behind it.
        gloss: Brightness of highlights.
        rim: Width of a dark line around a thing.
        num_fragments: Number of scraps on the backdrop.
        fragment_size: Their size.
        num_strands: Number of lines in front of everything.
        azimuth: Direction that the light comes from.
        elevation: Its height.
        ambient: The share of light without a direction.
        shadow: Darkness of cast shadows.
        softness: Blur of cast shadows.
        tilt: Perspective of the camera, to either side.
        roll: Its angle.
        aperture: Blur of what is out of focus.
        defocus: Blur of all.
        motion: Length of the path of a moving camera.
        exposure: Brightness; 1 is unchanged.
        cast: How far the colour of the light is from white.
        vignette: Darkness of the corners.
        noise: Deviation of the sensor's noise; 1 is from black to white.
        jpeg: Quality of compression; an empty tuple for none.
    """

    side: int = 64
    forms: tuple[str, ...] = tuple(ALL_FORMS)
    textures: tuple[str, ...] = tuple(TEXTURES)
    schemes: tuple[str, ...] = tuple(SCHEMES)
    ground_textures: tuple[str, ...] = tuple(TEXTURES)
    ground_schemes: tuple[str, ...] = tuple(SCHEMES)
    reliefs: tuple[str, ...] = RELIEFS
    backdrops: tuple[str, ...] = BACKDROPS
    num_things: tuple[int, int] = (3, 6)
    thing_size: Span = (0.24, 0.48)
    margin: float = 0.14
    spacing: Span = (0.5, 1.0)
    turn: Span = (-40, 40)
    stretch: Span = (0.8, 1.25)
    shear: Span = (-0.15, 0.15)
    mirror: bool = True
    texture_scale: Span = (0.2, 0.8)
    contrast: Span = (0.06, 0.6)
    separation: float = 0.25
    gloss: Span = (0, 0.6)
    rim: Span = (0, 0.015)
    num_fragments: tuple[int, int] = (0, 24)
    fragment_size: Span = (0.03, 0.12)
    num_strands: tuple[int, int] = (0, 1)
    azimuth: Span = (-180, 180)
    elevation: Span = (25, 65)
    ambient: Span = (0.25, 0.6)
    shadow: Span = (0, 0.7)
    softness: Span = (0, 0.04)
    tilt: Span = (0, 0.35)
    roll: Span = (-10, 10)
    aperture: Span = (0, 0.016)
    defocus: Span = (0, 0.01)
    motion: Span = (0, 0.045)
    exposure: Span = (0.8, 1.3)
    cast: Span = (0, 0.25)
    vignette: Span = (0, 0.6)
    noise: Span = (0, 0.06)
    jpeg: tuple[int, ...] = (0, 0, 0, 0, 75, 50, 30)

    def __post_init__(self) -> None:
        check_names('forms', self.forms, ALL_FORMS)
        check_names('textures', self.textures, TEXTURES)
        check_names('schemes', self.schemes, SCHEMES)
        check_names('ground_textures', self.ground_textures, TEXTURES)
        check_names('ground_schemes', self.ground_schemes, SCHEMES)
        check_names('reliefs', self.reliefs, RELIEFS)
        check_names('backdrops', self.backdrops, BACKDROPS)
        if self.num_things[0] < 1:
            raise ValueError(f'num_things={self.num_things}: a picture has at least one thing.')

    def at(self, side: int) -> Ranges:
        """Return the same ranges for pictures of another side."""
        return replace(self, side=side)


def check_names(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise a ``ValueError`` if a name is unknown, or if there is none."""
    wrong = set(names) - set(known)
    if wrong or not names:
        raise ValueError(f'{what}={sorted(wrong) or ()}: choose at least one of {", ".join(known)}.')


def without(names: Iterable[str], withheld: Iterable[str]) -> tuple[str, ...]:
    """Return names but those that are withheld."""
    left_out = set(withheld)
    return tuple(name for name in names if name not in left_out)


def forms_of(*families: str) -> tuple[str, ...]:
    """Return the forms of families."""
    check_names('families', families, dict.fromkeys(form.family for form in ALL_FORMS.values()))
    return tuple(name for name, form in ALL_FORMS.items() if form.family in families)


#: Families of things that a person knows by name.
NAMED_FAMILIES = (
    *('animals', 'people', 'plants', 'food', 'vehicles', 'buildings'),
    *('vessels', 'furniture', 'clothes', 'hardware', 'desk', 'play'),
)
#: Colourful things on quiet grounds, well lit and in focus: the easiest to look at.
CLEAR = Ranges(
    forms=forms_of(*NAMED_FAMILIES),
    textures=('flat', 'slope', 'glow', 'clouds', 'fur', 'denim', 'sand', 'wood_grain', 'dots', 'stripes', 'checks'),
    schemes=('vivid', 'party', 'fire', 'sea', 'pastel'),
    ground_textures=('flat', 'slope', 'glow', 'clouds', 'sand', 'planks', 'wood_grain', 'marble', 'bricks', 'denim'),
    ground_schemes=('pastel', 'earth', 'grey', 'sea', 'forest'),
    reliefs=('bevel', 'dome'),
    thing_size=(0.26, 0.44),
    spacing=(0.7, 1.0),
    turn=(-25, 25),
    contrast=(0.06, 0.3),
    separation=0.35,
    rim=(0, 0.008),
    num_fragments=(6, 20),
    num_strands=(0, 0),
    ambient=(0.4, 0.65),
    shadow=(0.3, 0.6),
    softness=(0.005, 0.02),
    tilt=(0, 0.2),
    roll=(-5, 5),
    aperture=(0, 0),
    defocus=(0, 0),
    motion=(0, 0),
    exposure=(1.0, 1.15),
    cast=(0, 0.06),
    vignette=(0, 0.3),
    noise=(0, 0.015),
    jpeg=(),
)

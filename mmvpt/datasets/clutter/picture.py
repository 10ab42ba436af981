"""Pictures as data: all that decides each pixel, before anything is rendered.

Lengths are shares of the side of the picture, the axis x points right and y down, and angles are degrees clockwise, 0
to the right for directions and upright for things.
"""

from __future__ import annotations

from dataclasses import dataclass

from .palettes import Rgb


@dataclass(frozen=True)
class Paint:
    """A texture in some colours."""

    texture: str
    tile: int
    scheme: str
    palette: tuple[Rgb, ...]
    scale: float  # the share of a tile that is as wide as the picture
    turn: float
    offset: tuple[float, float]  # in tiles


@dataclass(frozen=True)
class Thing:
    """A thing in a picture: a form, its surface and its pose."""

    form: str
    variant: int
    x: float
    y: float
    size: float  # the longer side of the upright form
    turn: float
    stretch: float  # width by height, the area unchanged
    shear: float
    mirrored: bool
    depth: float  # 0 is nearest
    paint: Paint
    other: tuple[Rgb, ...]  # the palette of its other parts
    relief: str
    gloss: float
    rim: float  # width of a dark line around it; 0 for none


@dataclass(frozen=True)
class Fragments:
    """Small scraps and lines that belong to nothing."""

    number: int
    size: float
    palette: tuple[Rgb, ...]
    seed: int


@dataclass(frozen=True)
class Backdrop:
    """What lies behind all things: a surface, or a wall above a floor, with fragments on it."""

    kind: str
    wall: Paint
    floor: Paint | None
    horizon: float
    relief: float  # how deep its texture looks in the light
    fragments: Fragments


@dataclass(frozen=True)
class Light:
    """A light far away."""

    azimuth: float  # the direction that it comes from
    elevation: float
    ambient: float  # the share of light that comes from everywhere
    shadow: float  # how dark cast shadows are
    softness: float  # of their borders


@dataclass(frozen=True)
class Camera:
    """What stands between a scene and its pixels."""

    tilt: tuple[float, float]  # perspective: how much smaller things are at the right and at the bottom
    roll: float
    focus: float  # the depth that is sharp
    aperture: float  # blur per depth
    defocus: float  # blur of everything
    motion: float  # length of the path that the camera moves
    motion_turn: float
    exposure: float
    cast: Rgb  # factors of the channels
    vignette: float
    noise: float
    jpeg: int  # quality; 0 for no compression
    seed: int  # of the noise


@dataclass(frozen=True)
class Picture:
    """A whole picture; things lie from back to front, strands in front of all."""

    side: int  # in pixels
    backdrop: Backdrop
    things: tuple[Thing, ...]
    strands: Fragments
    light: Light
    camera: Camera

"""What a picture shows, as data, before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

#: Red, green and blue, 0 to 255.
Rgb = tuple[float, float, float]
#: Of a texture, from its lowest to its highest numbers.
Palette = tuple[Rgb, ...]


@dataclass(frozen=True)
class Cover:
    """What something is covered with.

    Args:
        texture: Its name.
        variant: Of the texture.
        left: Where in the field of the texture its window begins, a share of what is free.
        top: The same downwards.
        palette: Its colours.
    """

    texture: str
    variant: int
    left: float
    top: float
    palette: Palette


@dataclass(frozen=True)
class Thing:
    """An object; lengths are shares of the side of the picture.

    Args:
        form: Its name.
        variant: Of the form.
        x: Of its centroid, from the left.
        y: From the top.
        size: Half of the longer side of its box.
        rotation: Clockwise, in degrees.
        squeeze: How much narrower it is than its form, before it is turned; 1 leaves it.
        mirrored: Whether left and right change places.
        cover: Of its body.
        details: Colours of its other parts: its second one, dark and light details.
    """

    form: str
    variant: int
    x: float
    y: float
    size: float
    rotation: float
    squeeze: float
    mirrored: bool
    cover: Cover
    details: Palette


@dataclass(frozen=True)
class Scrap:
    """A fragment behind the objects, which is no object: corners in shares of the side, and a colour.

    Args:
        points: A line, if there are two; else a polygon.
        colour: Its colour.
        width: Of a line.
    """

    points: tuple[tuple[float, float], ...]
    colour: Rgb
    width: float = 0.0


@dataclass(frozen=True)
class Light:
    """Where light comes from.

    Args:
        angle: In degrees, clockwise from the right.
        relief: How much edges are shaded, 0 for flat things.
        shadow: How dark the shadows are that things cast, 0 for none.
        reach: How far, a share of the side.
    """

    angle: float = 225.0
    relief: float = 0.0
    shadow: float = 0.0
    reach: float = 0.04


@dataclass(frozen=True)
class Camera:
    """What a camera does to a picture.

    Args:
        blur: Standard deviation, a share of the side.
        noise: Standard deviation, of 255.
        cast: What red, green and blue are multiplied with.
        vignette: How much darker the corners are, a share.
        grain: Chooses the noise.
    """

    blur: float = 0.0
    noise: float = 0.0
    cast: Rgb = (1.0, 1.0, 1.0)
    vignette: float = 0.0
    grain: int = 0


@dataclass(frozen=True)
class Clutter:
    """What a picture shows.

    Args:
        background: Behind everything.
        scraps: On it.
        things: Objects, from the back to the front.
        light: On the objects.
        camera: That takes the picture.
    """

    background: Cover
    scraps: tuple[Scrap, ...]
    things: tuple[Thing, ...]
    light: Light
    camera: Camera

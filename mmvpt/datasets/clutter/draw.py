"""Drawing of pictures: from ranges and a seed to data."""

from __future__ import annotations

import math

import numpy as np

from .dice import Dice
from .outlines import ALL_FORMS, NUM_VARIANTS
from .palettes import SCHEMES, Rgb, colour_distance, draw_palette, mean_colour
from .picture import Backdrop, Camera, Fragments, Light, Paint, Picture, Thing
from .ranges import Ranges
from .textures import NUM_TILES

#: How often a place or a colour is drawn before the best so far is taken.
_TRIES = 10

Circle = tuple[float, float, float]  # x, y, radius


def draw_picture(ranges: Ranges, seed: int, index: int) -> Picture:
    """Draw a picture of a data set; it depends on nothing but the arguments."""
    dice = Dice(np.random.default_rng((seed, index)))
    backdrop = _draw_backdrop(dice, ranges)
    return Picture(
        side=ranges.side,
        backdrop=backdrop,
        things=_draw_things(dice, ranges, backdrop),
        strands=_draw_fragments(dice, ranges, ranges.num_strands),
        light=_draw_light(dice, ranges),
        camera=_draw_camera(dice, ranges),
    )


def _draw_ground(dice: Dice, ranges: Ranges) -> Paint:
    scheme = dice.pick(ranges.ground_schemes)
    palette = draw_palette(dice, SCHEMES[scheme], dice.between(*ranges.contrast))
    return _draw_paint(dice, ranges, ranges.ground_textures, scheme, palette)


def _draw_paint(dice: Dice, ranges: Ranges, textures: tuple[str, ...], scheme: str, palette: tuple[Rgb, ...]) -> Paint:
    return Paint(
        texture=dice.pick(textures),
        tile=dice.index(NUM_TILES),
        scheme=scheme,
        palette=palette,
        scale=dice.between(*ranges.texture_scale),
        turn=dice.between(-180, 180),
        offset=(dice.number(), dice.number()),
    )


def _draw_backdrop(dice: Dice, ranges: Ranges) -> Backdrop:
    kind = dice.pick(ranges.backdrops)
    return Backdrop(
        kind=kind,
        wall=_draw_ground(dice, ranges),
        floor=_draw_ground(dice, ranges) if kind == 'room' else None,
        horizon=dice.between(0.25, 0.65),
        relief=dice.often_least(0, 1),
        fragments=_draw_fragments(dice, ranges, ranges.num_fragments),
    )


def _draw_fragments(dice: Dice, ranges: Ranges, bounds: tuple[int, int]) -> Fragments:
    scheme = SCHEMES[dice.pick(ranges.ground_schemes)]
    number = dice.count(bounds) if dice.chance(0.6) else bounds[0]
    palette = draw_palette(dice, scheme, dice.between(0.1, 0.5))
    return Fragments(number, dice.between(*ranges.fragment_size), palette, dice.seed())


def _draw_things(dice: Dice, ranges: Ranges, backdrop: Backdrop) -> tuple[Thing, ...]:
    grounds = [mean_colour(paint.palette) for paint in (backdrop.wall, backdrop.floor) if paint]
    spacing = dice.between(*ranges.spacing)
    number = dice.count(ranges.num_things)
    depths = sorted((dice.number() for _ in range(number)), reverse=True)
    circles: list[Circle] = []
    things = []
    for depth in depths:
        size = dice.between(*ranges.thing_size)
        circles.append(_draw_place(dice, ranges.margin, 0.42 * size, spacing, circles))
        things.append(_draw_thing(dice, ranges, grounds, circles[-1], size, depth))
    return tuple(things)


def _draw_place(dice: Dice, margin: float, radius: float, spacing: float, taken: list[Circle]) -> Circle:
    """Return the first place that is far enough from others, or the farthest that was tried."""
    best, most = (0.5, 0.5), -math.inf
    for _ in range(_TRIES):
        x, y = dice.between(margin, 1 - margin), dice.between(margin, 1 - margin)
        gap = min((math.hypot(x - u, y - v) - spacing * (radius + other) for u, v, other in taken), default=0.0)
        if gap > most:
            best, most = (x, y), gap
        if gap >= 0:
            break
    return *best, radius


def _draw_thing(dice: Dice, ranges: Ranges, grounds: list[Rgb], circle: Circle, size: float, depth: float) -> Thing:
    form = dice.pick(ranges.forms)
    paint = _draw_seen_paint(dice, ranges, grounds)
    return Thing(
        form=form,
        variant=dice.index(NUM_VARIANTS),
        x=circle[0],
        y=circle[1],
        size=size,
        turn=dice.between(*ranges.turn),
        stretch=dice.between(*ranges.stretch),
        shear=dice.between(*ranges.shear),
        mirrored=dice.chance(0.5) and ranges.mirror and not ALL_FORMS[form].chiral,
        depth=depth,
        paint=paint,
        other=_draw_other_palette(dice, ranges, paint.palette),
        relief=dice.pick(ranges.reliefs),
        gloss=dice.often_least(*ranges.gloss),
        rim=dice.often_least(*ranges.rim),
    )


def _draw_seen_paint(dice: Dice, ranges: Ranges, grounds: list[Rgb]) -> Paint:
    """Draw a paint whose colours differ from the backdrop, or differ most of those tried."""
    scheme, most = '', -1.0
    palette: tuple[Rgb, ...] = ()
    contrast = dice.between(*ranges.contrast)
    for _ in range(_TRIES):
        tried = dice.pick(ranges.schemes)
        colours = draw_palette(dice, SCHEMES[tried], contrast)
        mean = mean_colour(colours)
        distance = min(colour_distance(mean, ground) for ground in grounds)
        if distance > most:
            scheme, palette, most = tried, colours, distance
        if distance >= ranges.separation:
            break
    return _draw_paint(dice, ranges, ranges.textures, scheme, palette)


def _draw_other_palette(dice: Dice, ranges: Ranges, first: tuple[Rgb, ...]) -> tuple[Rgb, ...]:
    """Draw the palette of the other parts of a thing; the second try counts if the first is hardly different."""
    own = mean_colour(first)
    palette: tuple[Rgb, ...] = ()
    for _ in range(2):
        palette = draw_palette(dice, SCHEMES[dice.pick(ranges.schemes)], dice.between(0.02, 0.2))
        if colour_distance(mean_colour(palette), own) > 0.25:
            break
    return palette


def _draw_light(dice: Dice, ranges: Ranges) -> Light:
    return Light(
        azimuth=dice.between(*ranges.azimuth),
        elevation=dice.between(*ranges.elevation),
        ambient=dice.between(*ranges.ambient),
        shadow=dice.often_least(*ranges.shadow),
        softness=dice.between(*ranges.softness),
    )


def _draw_camera(dice: Dice, ranges: Ranges) -> Camera:
    away = dice.between(0, 2 * math.pi)
    tilt = dice.often_least(*ranges.tilt)
    cast = dice.often_least(*ranges.cast)
    warm, green = dice.between(-cast, cast), dice.between(-cast, cast) / 2
    return Camera(
        tilt=(tilt * math.cos(away), tilt * math.sin(away)),
        roll=dice.between(*ranges.roll),
        focus=dice.number(),
        aperture=dice.often_least(*ranges.aperture),
        defocus=dice.often_least(*ranges.defocus) if dice.chance(0.5) else ranges.defocus[0],
        motion=dice.often_least(*ranges.motion) if dice.chance(0.4) else ranges.motion[0],
        motion_turn=dice.between(0, 180),
        exposure=dice.between(*ranges.exposure),
        cast=(1 + warm, 1 + green, 1 - warm),
        vignette=dice.often_least(*ranges.vignette),
        noise=dice.often_least(*ranges.noise),
        jpeg=dice.pick(ranges.jpeg) if ranges.jpeg else 0,
        seed=dice.seed(),
    )

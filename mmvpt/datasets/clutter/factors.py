"""Factors: what varied in a picture, as a flat table for pretexts of many tasks and for probes."""

from __future__ import annotations

import colorsys
import math

import numpy as np

from .outlines import ALL_FORMS
from .palettes import mean_colour
from .picture import Picture, Thing
from .pose import project, view
from .render import Rendering
from .textures import TEXTURES

Factor = float | int | str

#: An thing counts as seen from this share of its own area on.
LEAST_SEEN = 0.25


def read_factors(picture: Picture, rendering: Rendering) -> dict[str, Factor]:
    """Return all factors of a picture by name; names are words, angles degrees, lengths shares of the side.

    The main thing is the one that most is seen of. Distances are NaN where fewer than two things are seen.
    """
    main = int(np.argmax(rendering.seen))
    seen = np.flatnonzero(rendering.visible >= LEAST_SEEN)
    forms = [picture.things[index].form for index in seen]
    factors: dict[str, Factor] = {
        'num_things': len(picture.things),
        'num_seen': len(seen),
        'num_forms': len(set(forms)),
        'num_families': len({ALL_FORMS[form].family for form in forms}),
        'visible': float(rendering.visible[main]),
        'least_visible': float(rendering.visible.min()),
        'area': float(rendering.seen[main]) / picture.side**2,
        'covered': float((rendering.owners >= 0).mean()),
    }
    return factors | _of_thing(picture, picture.things[main]) | _of_places(picture, seen) | _of_surroundings(picture)


def find_places(picture: Picture) -> np.ndarray:
    """Return x and y of the things as the camera sees them, (things, 2)."""
    return project(view(picture.camera), np.array([(thing.x, thing.y) for thing in picture.things]))


def _of_thing(picture: Picture, thing: Thing) -> dict[str, Factor]:
    camera = picture.camera
    homography = view(camera)
    nearness = float(homography[2] @ (thing.x, thing.y, 1))
    ((x, y),) = project(homography, np.array([(thing.x, thing.y)]))
    hue, saturation, value = colorsys.rgb_to_hsv(*mean_colour(thing.paint.palette))
    return {
        'form': thing.form,
        'family': ALL_FORMS[thing.form].family,
        'texture': thing.paint.texture,
        'texture_family': TEXTURES[thing.paint.texture].family,
        'scheme': thing.paint.scheme,
        'hue': hue,
        'saturation': saturation,
        'value': value,
        'x': float(x),
        'y': float(y),
        'size': thing.size / nearness,
        'turn': thing.turn + camera.roll,
        'stretch': thing.stretch,
        'shear': thing.shear,
        'mirrored': int(thing.mirrored),
        'depth': thing.depth,
        'relief': thing.relief,
        'gloss': thing.gloss,
        'rim': thing.rim,
        'blur': math.hypot(camera.defocus, camera.aperture * abs(thing.depth - camera.focus)),
    }


def _of_places(picture: Picture, seen: np.ndarray) -> dict[str, Factor]:
    places = find_places(picture)[seen]
    first, second = np.triu_indices(len(places), 1)
    distances = np.hypot(*(places[first] - places[second]).T)
    return {
        'nearest': float(distances.min()) if len(distances) else math.nan,
        'farthest': float(distances.max()) if len(distances) else math.nan,
    }


def _of_surroundings(picture: Picture) -> dict[str, Factor]:
    backdrop, light, camera = picture.backdrop, picture.light, picture.camera
    return {
        'backdrop': backdrop.kind,
        'ground_texture': backdrop.wall.texture,
        'ground_texture_family': TEXTURES[backdrop.wall.texture].family,
        'ground_scheme': backdrop.wall.scheme,
        'ground_scale': backdrop.wall.scale,
        'ground_relief': backdrop.relief,
        'num_fragments': backdrop.fragments.number,
        'num_strands': picture.strands.number,
        'azimuth': light.azimuth,
        'elevation': light.elevation,
        'ambient': light.ambient,
        'shadow': light.shadow,
        'softness': light.softness,
        'tilt_x': camera.tilt[0],
        'tilt_y': camera.tilt[1],
        'roll': camera.roll,
        'aperture': camera.aperture,
        'defocus': camera.defocus,
        'motion': camera.motion,
        'motion_turn': camera.motion_turn,
        'exposure': camera.exposure,
        'warmth': camera.cast[0] - camera.cast[2],
        'greenness': camera.cast[1] - 1,
        'vignette': camera.vignette,
        'noise': camera.noise,
        'jpeg': camera.jpeg,
    }

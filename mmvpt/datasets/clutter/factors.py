"""What is true of a picture, as numbers and names: what a pretext learns, and what probes look for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .clutter import Clutter
from .outlines import ALL_FORMS
from .render import NOTHING, Picture

#: Factors that are one of some names; all others are numbers.
NAMED = ('form', 'family', 'texture', 'background')


def factors_of(clutter: Clutter, picture: Picture) -> Mapping[str, str | float]:
    """Factors of a picture with one thing at least; its main thing is the one that shows most.

    Positions, sizes and distances are shares of the side. A rotation is given by its sine and cosine, so that it has no
    seam; so is the direction of the light.
    """
    shown = np.bincount(picture.things.ravel(), minlength=len(clutter.things) + 1)[NOTHING + 1 :]
    order = np.argsort(-shown, kind='stable')
    main = clutter.things[order[0]]
    turn, light = np.radians([main.rotation, clutter.light.angle])
    others = [clutter.things[place] for place in order[1:2]]
    return {
        'form': main.form,
        'family': ALL_FORMS[main.form].family,
        'texture': main.cover.texture,
        'background': clutter.background.texture,
        'count': float(len(clutter.things)),
        'seen': float((shown > 0).sum()),
        'x': main.x,
        'y': main.y,
        'size': main.size,
        'area': float(shown[order[0]]) / picture.things.size,
        'covered': float((picture.things != NOTHING).mean()),
        'sine': float(np.sin(turn)),
        'cosine': float(np.cos(turn)),
        'squeeze': main.squeeze,
        'light_sine': float(np.sin(light)),
        'light_cosine': float(np.cos(light)),
        'relief': clutter.light.relief,
        'shadow': clutter.light.shadow,
        'blur': clutter.camera.blur,
        'noise': clutter.camera.noise,
        'vignette': clutter.camera.vignette,
        'warmth': clutter.camera.cast[0] - clutter.camera.cast[2],
        'scraps': float(len(clutter.scraps)),
        'visible': picture.visible[order[0]],
        'hidden': 1.0 - min(picture.visible),
        'distance': float(np.hypot(main.x - others[0].x, main.y - others[0].y)) if others else 0.0,
    }

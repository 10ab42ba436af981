"""Small tasks for what was pretrained elsewhere: forms in the mist, and labels that speak of the whole scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from math import dist, pi

import numpy as np

from .export import ImageFolder
from .forms import FORMS
from .scene import CROWD, SOMEWHERE, TILTED, VEILED, Scene, Shape, draw_scene

#: No outline reaches further from its centre, in radii.
REACH = 1.2
#: Pixels of ground between two shapes, at least.
GAP = 2.0


class SmallTask(ImageFolder):
    """800 pictures to learn from, as in VTAB-1k.

    Scenes are drawn until one is of the wanted class, so that all else is as likely as without it.
    """

    splits = dict(train=800, val=500)
    forms: Sequence[str] = tuple(FORMS)

    def draw_class(self, rng: np.random.Generator, name: str, size: int) -> Scene:
        while True:
            scene = draw_scene(rng, self.style, size, self.forms)
            if self.label(scene) == name:
                return scene


class Misty(SmallTask):
    """Which form has the one shape, now that it is smaller, not in the middle, and in the mist?"""

    name = 'misty'
    classes = tuple(sorted(FORMS))
    style = VEILED

    def label(self, scene: Scene) -> str:
        (shape,) = scene.shapes
        return shape.form


class Counting(SmallTask):
    """How many shapes are there? None touches another, so all can be seen."""

    name = 'count'
    style = CROWD
    classes = tuple(str(number) for number in range(CROWD.num_shapes[0], CROWD.num_shapes[1] + 1))

    def draw_class(self, rng: np.random.Generator, name: str, size: int) -> Scene:
        style = replace(self.style, num_shapes=(int(name), int(name)))
        while True:
            scene = draw_scene(rng, style, size)
            if are_apart(scene.shapes):
                return scene

    def label(self, scene: Scene) -> str:
        return str(len(scene.shapes))


class Position(SmallTask):
    """How far to the right is the one shape? 0 to 7, eighths of the way that its centre can go."""

    name = 'position'
    style = SOMEWHERE
    classes = tuple('01234567')

    def label(self, scene: Scene) -> str:
        (shape,) = scene.shapes
        way = (shape.centre[0] / scene.size - self.style.margin) / (1 - 2 * self.style.margin)
        return self.classes[int(len(self.classes) * way)]


class Orientation(SmallTask):
    """How far is the bar turned? 0 to 7, eighths of half a turn, clockwise from lying flat.

    Half a turn brings a bar onto itself, so no angle has two labels.
    """

    name = 'orientation'
    style = TILTED
    classes = tuple('01234567')
    forms = ('bar',)

    def label(self, scene: Scene) -> str:
        (shape,) = scene.shapes
        return self.classes[int(len(self.classes) * (shape.angle % pi) / pi) % len(self.classes)]


def are_apart(shapes: Sequence[Shape]) -> bool:
    """Tell whether ground is between all shapes."""
    pairs = combinations(shapes, 2)
    return all(dist(a.centre, b.centre) > REACH * (a.radius + b.radius) + GAP for a, b in pairs)

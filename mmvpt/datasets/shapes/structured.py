"""Small tasks for pretrained backbones: forms in mist, and labels that describe the whole scene."""

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
#: Least number of background pixels between two shapes.
GAP = 2.0


class SmallTask(ImageFolder):
    """Exporter of a small task with 800 training images, as in VTAB-1k.

    Scenes are drawn until one has the wanted class, so that everything else keeps its distribution.
    """

    splits = dict(train=800, val=500)
    forms: Sequence[str] = tuple(FORMS)

    def draw_class(self, rng: np.random.Generator, name: str, size: int) -> Scene:
        while True:
            scene = draw_scene(rng, self.style, size, self.forms)
            if self.label(scene) == name:
                return scene


class Misty(SmallTask):
    """Task: the form of the one shape, which is smaller, not in the middle, and in mist."""

    name = 'misty'
    classes = tuple(sorted(FORMS))
    style = VEILED

    def label(self, scene: Scene) -> str:
        (shape,) = scene.shapes
        return shape.form


class Counting(SmallTask):
    """Task: the number of shapes. They do not touch each other, so all can be seen."""

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
    """Task: the horizontal position of the one shape, 0 to 7, in eighths of the range of its centre."""

    name = 'position'
    style = SOMEWHERE
    classes = tuple('01234567')

    def label(self, scene: Scene) -> str:
        (shape,) = scene.shapes
        way = (shape.centre[0] / scene.size - self.style.margin) / (1 - 2 * self.style.margin)
        return self.classes[int(len(self.classes) * way)]


class Height(SmallTask):
    """Task: the vertical position of the one shape, 0 to 7 from the top, in eighths of the range of its centre."""

    name = 'height'
    style = SOMEWHERE
    classes = tuple('01234567')

    def label(self, scene: Scene) -> str:
        (shape,) = scene.shapes
        way = (shape.centre[1] / scene.size - self.style.margin) / (1 - 2 * self.style.margin)
        return self.classes[int(len(self.classes) * way)]


class Length(SmallTask):
    """Task: the length of a bar, 0 to 5, in sixths of the range of its radius."""

    name = 'length'
    style = TILTED
    classes = tuple('012345')
    forms = ('bar',)

    def label(self, scene: Scene) -> str:
        (shape,) = scene.shapes
        least, most = self.style.radius
        way = (shape.radius / scene.size - least) / (most - least)
        return self.classes[min(int(len(self.classes) * way), len(self.classes) - 1)]


class Orientation(SmallTask):
    """Task: the rotation of a bar, 0 to 7, in eighths of half a turn, clockwise from horizontal.

    After half a turn a bar looks the same, so no angle has two labels.
    """

    name = 'orientation'
    style = TILTED
    classes = tuple('01234567')
    forms = ('bar',)

    def label(self, scene: Scene) -> str:
        (shape,) = scene.shapes
        return self.classes[int(len(self.classes) * (shape.angle % pi) / pi) % len(self.classes)]


def are_apart(shapes: Sequence[Shape]) -> bool:
    """Return whether there is background between all shapes."""
    pairs = combinations(shapes, 2)
    return all(dist(a.centre, b.centre) > REACH * (a.radius + b.radius) + GAP for a, b in pairs)

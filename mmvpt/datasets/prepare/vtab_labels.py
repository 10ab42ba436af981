"""How the tasks of VTAB-1k make a label of what TensorFlow Datasets stores: read from the public definitions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .tfds_folder import Example

Label = Callable[[Example], int]

#: Distances at which a class begins. A distance that is a threshold still is of the class before.
CLEVR_DEPTHS = (0.0, 8.0, 8.5, 9.0, 9.5, 10.0, 100.0)
KITTI_DEPTHS = (-100.0, 8.0, 20.0, 999.0)
#: The depth of a picture without a vehicle.
NO_VEHICLE = 1000.0
#: Car, van and truck are the first types.
NUM_VEHICLES = 3
#: Pictures of CLEVR have three objects or more.
FEWEST_OBJECTS = 3


def stored(feature: str) -> Label:
    """The number that is stored."""
    return lambda example: example.whole(feature)


def coarser(feature: str, values: int, classes: int) -> Label:
    """Neighbouring values as one class: ``classes`` of them in place of ``values``."""
    return lambda example: example.whole(feature) * classes // values


def count_objects(example: Example) -> int:
    """How many objects a picture of CLEVR has, from 0 for three."""
    number = len(example.numbers('objects/size')) - FEWEST_OBJECTS
    if number < 0:
        raise example.wrong(f'it has {number + FEWEST_OBJECTS} objects, and {FEWEST_OBJECTS} are the fewest')
    return number


def closest_object(example: Example) -> int:
    """How far the closest object in a picture of CLEVR is: the third of its coordinates in the picture."""
    return _depth_class(example, example.numbers('objects/pixel_coords')[2::3], CLEVR_DEPTHS)


def closest_vehicle(example: Example) -> int:
    """How far the closest car, van or truck in a picture of KITTI is; the last class where there is none."""
    types = example.numbers('objects/type')
    depths = example.numbers('objects/location')[2::3]
    if len(types) != len(depths):
        raise example.wrong(f'it has {len(types)} objects at {len(depths)} places')
    vehicles = [depth for kind, depth in zip(types, depths, strict=True) if kind < NUM_VEHICLES]
    return _depth_class(example, [*vehicles, NO_VEHICLE], KITTI_DEPTHS)


def _depth_class(example: Example, depths: Sequence[float], thresholds: Sequence[float]) -> int:
    below = [place for place, threshold in enumerate(thresholds) if depths and threshold < min(depths)]
    if not below:
        raise example.wrong(f'it has no object beyond {thresholds[0]:g}')
    return below[-1]

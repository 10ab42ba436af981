"""What is wrong with the box and the mask of an object, and what a run makes of it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from ..coco_file import CocoFile, CocoObject, CocoPicture
from .coco_records import is_object, is_picture, is_whole_number, record_faults
from .findings import Findings
from .run_lengths import fill, lengths_of_text

CORNERS = 3
READ_BY_EVERY_RUN = ('bbox', 'area')
#: The share of all objects up to which faults that published data sets have are a remark.
RARE = 1e-4
SLACK = 1.0  # pixels that a box may reach out of its picture, and a mask out of its box
FAR = 0.1  # of a side of the picture: farther out, a mask is none of it


class Harm(Enum):
    """What comes of a fault."""

    FATAL = 'a run stops at it or learns nonsense'
    PROBLEM = 'an object or a mask is not what it should be'
    RARE = 'mmdet leaves the object out; published data sets have a few'
    NONE = 'mmdet gets over it'


#: pycocotools takes a mask without three corners for a box, and stops.
STOP_TRAINING, STOP_EVALUATION = (Harm.FATAL,), (Harm.FATAL, Harm.RARE)


@dataclass(frozen=True)
class Fault:
    """A kind of fault, and what comes of it."""

    kind: str
    harm: Harm


NO_CROWD = Fault("annotations without iscrowd, at which COCO's evaluation stops", Harm.PROBLEM)
ODD_CROWD = Fault('annotations whose iscrowd is not 0 or 1', Harm.PROBLEM)
NO_WIDTH = Fault('boxes of no width or height, whose objects mmdet leaves out', Harm.RARE)
NEGATIVE = Fault('boxes of negative width or height, whose objects mmdet leaves out', Harm.PROBLEM)
SMALL = Fault('boxes below one pixel, which mmdet leaves out', Harm.NONE)
NO_AREA = Fault('areas of 0, whose objects mmdet leaves out', Harm.RARE)
NEGATIVE_AREA = Fault('areas below 0, whose objects mmdet leaves out', Harm.PROBLEM)
OUTSIDE = Fault('boxes outside of their picture, whose objects mmdet leaves out', Harm.PROBLEM)
REACHING_OUT = Fault('boxes that reach out of their picture', Harm.PROBLEM)
NO_MASK = Fault('masks that are neither polygons nor run lengths', Harm.FATAL)
NO_POLYGONS = Fault('polygons that are not lists of finite numbers, x and y in turn', Harm.FATAL)
FLAT_MASK = Fault('masks without three corners, whose objects mmdet does not learn from', Harm.RARE)
FLAT_PIECE = Fault('polygons without three corners, which mmdet leaves out', Harm.NONE)
FAR_AWAY = Fault('masks that lie outside of their picture', Harm.PROBLEM)
ELSEWHERE = Fault('masks that do not touch their box', Harm.PROBLEM)
NO_RUNS = Fault('run lengths that are neither whole numbers from 0 on nor the letters for some', Harm.FATAL)
OTHER_SIZE = Fault('run lengths of another size than their picture', Harm.FATAL)
UNFILLED = Fault('run lengths that do not add up to their picture', Harm.FATAL)


class Faults:
    """Faults of the objects of a file, and which objects have each: what is rare enough is a remark."""

    def __init__(self) -> None:
        self.labels: dict[Fault, list[str]] = {}

    def add(self, fault: Fault, label: str) -> None:
        """Remember a fault of an object."""
        self.labels.setdefault(fault, []).append(label)

    def report(self, findings: Findings, file: str, number: int) -> None:
        """Add all faults of a file of so many objects."""
        for fault, labels in self.labels.items():
            harmless = fault.harm is Harm.NONE or (fault.harm is Harm.RARE and len(labels) <= RARE * number)
            (findings.remark if harmless else findings.problem)(f'{file}: {fault.kind}', *labels)


def faults_of(item: CocoObject, picture: CocoPicture | None) -> Iterator[Fault]:
    """What is wrong with an object whose fields are of the right types.

    Args:
        item: The object.
        picture: The one it is in, if that is known.
    """
    if item.get('iscrowd') not in (0, 1):
        yield ODD_CROWD if 'iscrowd' in item else NO_CROWD
    yield from _box_faults(item, picture)
    yield from _mask_faults(item, picture)


def fatal_faults(content: CocoFile, mask_harms: Collection[Harm] = ()) -> Iterator[tuple[str, str]]:
    """The annotations of a file at which a run would stop, or learn nonsense: which one, and why.

    Args:
        content: The file as it is, though its lists are there.
        mask_harms: What stops it at a mask; nothing if it reads none.
    """
    pictures = {image['id']: image for image in content['images'] if is_picture(image)}
    for index, item in enumerate(content.get('annotations', ())):
        kinds = record_faults(item, 'annotations', READ_BY_EVERY_RUN)
        if not kinds and mask_harms and is_object(item):
            faults = _mask_faults(item, pictures.get(item['image_id']))
            kinds = [fault.kind for fault in faults if fault.harm in mask_harms]
        for kind in kinds:
            yield f'annotations[{index}]', kind


def _box_faults(item: CocoObject, picture: CocoPicture | None) -> Iterator[Fault]:
    x, y, width, height = item['bbox']
    smallest, area = min(width, height), item['area']
    if smallest < 1:
        yield NEGATIVE if smallest < 0 else SMALL if smallest else NO_WIDTH
    elif area <= 0:
        yield NEGATIVE_AREA if area < 0 else NO_AREA
    if picture is None or smallest < 0:
        return
    if x >= picture['width'] or y >= picture['height'] or x + width <= 0 or y + height <= 0:
        if smallest > 0:
            yield OUTSIDE
    elif min(x, y) < -SLACK or x + width > picture['width'] + SLACK or y + height > picture['height'] + SLACK:
        yield REACHING_OUT


def _mask_faults(item: CocoObject, picture: CocoPicture | None) -> Iterator[Fault]:
    mask = item.get('segmentation')
    if not mask:
        return
    if isinstance(mask, list):
        yield from _polygon_faults(mask, item['bbox'], picture)
    elif isinstance(mask, dict) and 'counts' in mask and 'size' in mask:
        yield from _run_faults(mask['counts'], mask['size'], picture)
    else:
        yield NO_MASK


def _polygon_faults(polygons: list[object], box: Sequence[float], picture: CocoPicture | None) -> Iterator[Fault]:
    coordinates: list[float] = []
    whole = 0
    for polygon in polygons:
        if not isinstance(polygon, list) or not _are_finite(polygon):
            yield NO_POLYGONS
            return
        coordinates += polygon[: len(polygon) // 2 * 2]
        whole += len(polygon) % 2 == 0 and len(polygon) >= 2 * CORNERS
    if whole < len(polygons):
        yield FLAT_PIECE if whole else FLAT_MASK
    if whole and picture:
        yield from _places(coordinates[::2], coordinates[1::2], box, picture)


def _are_finite(polygon: list[object]) -> bool:
    """Tell whether all are numbers; of millions of them, so that each is looked at in C."""
    if not set(map(type, polygon)) <= {int, float}:  # True is of another type
        return False
    try:
        return all(map(math.isfinite, polygon))  # type: ignore[arg-type]
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _places(xs: list[float], ys: list[float], box: Sequence[float], picture: CocoPicture) -> Iterator[Fault]:
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    beyond = max(-left, -top, right - picture['width'], bottom - picture['height'])
    x, y, width, height = box
    if beyond > SLACK + FAR * max(picture['width'], picture['height']):
        yield FAR_AWAY
    elif min(right, x + width) - max(left, x) < -SLACK or min(bottom, y + height) - max(top, y) < -SLACK:
        yield ELSEWHERE


def _run_faults(counts: object, size: object, picture: CocoPicture | None) -> Iterator[Fault]:
    lengths = lengths_of_text(counts) if isinstance(counts, str) else counts
    if not isinstance(lengths, list) or not all(map(is_whole_number, lengths)) or min(lengths, default=0) < 0:
        yield NO_RUNS
    elif not isinstance(size, list) or len(size) != 2 or not all(map(is_whole_number, size)):
        yield NO_MASK
    elif picture and size != [picture['height'], picture['width']]:
        yield OTHER_SIZE
    elif not fill(lengths, math.prod(size)):
        yield UNFILLED

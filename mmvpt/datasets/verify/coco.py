"""Pictures and instances in the layout of COCO, with the label maps that HTC learns from."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import track

from mmvpt.text.shorten import shorten

from ..coco_file import explain_categories, label_map_name, unused_categories
from .files import decode_all, decode_label_map, decode_picture, is_there, list_files
from .findings import Findings
from .occurrence import Occurrence, label_classes
from .part import Part

KEYS = dict(
    images=('id', 'file_name', 'width', 'height'),
    annotations=('id', 'image_id', 'category_id', 'bbox', 'area'),
    categories=('id', 'name'),
)
OF_NO_CLASS = 255
NEEDS_MAPS = (
    "HTC's semantic branch learns from it: unpack stuffthingmaps_trainval2017.zip of COCO-stuff there, or use "
    'mmvpt::htc_protuning_without_semantic_coco.'
)
Item = Mapping[str, Any]
Pictures = Mapping[object, Item]  # by their ids


@dataclass(frozen=True)
class CocoPart(Part):
    """One split: a file of annotations, the pictures that it lists, and perhaps a label map for each.

    Args:
        file: The annotations.
        images: Folder of the pictures.
        classes: Names in the order of the labels.
        with_masks: A mask head needs the masks.
        maps: Folder of the label maps, where a semantic branch needs them.
        num_map_ids: How many ids the label maps may have, from 0.
        training: A model learns from it.
    """

    file: Path
    images: Path
    classes: tuple[str, ...]
    with_masks: bool = True
    maps: Path | None = None
    num_map_ids: int = 183
    training: bool = field(default=False, compare=False)  # a folder for training and validation is one part

    def verify(self, findings: Findings, quick: bool) -> Occurrence | None:
        content = self._read(findings) if is_there(self.file, findings) else {}
        pictures = {image['id']: image for image in content.get('images', ())}
        if content:
            counts = ', '.join(f'{len(content[key])} {key}' for key in KEYS)
            findings.fact(f'{self.file}: {counts}')
            self._check_categories(findings, content['categories'])
            self._check_ids(findings, content)
            self._check_annotations(findings, content, pictures)
        sizes = {item['file_name']: (item['width'], item['height']) for item in pictures.values()}
        if is_there(self.images, findings):
            self._check_pictures(findings, sizes, quick)
        if self.maps and is_there(self.maps, findings, NEEDS_MAPS):
            self._check_maps(findings, self.maps, sizes, quick)
        return self._occurrence(content) if content.get('annotations') else None

    def _occurrence(self, content: dict[str, list[Item]]) -> Occurrence:
        """Which classes have an object; those without a category are named by another finding."""
        names = {category['id']: category['name'] for category in content['categories']}
        labelled = {names.get(item['category_id']) for item in content['annotations'] if not item.get('iscrowd')}
        there = labelled | (set(self.classes) - set(names.values()))
        seen = frozenset(index for index, name in enumerate(self.classes) if name in there)
        return Occurrence(str(self.file), 'object', label_classes(self.classes, 0), seen, self.training)

    def _read(self, findings: Findings) -> dict[str, list[Item]]:
        """Lists of whole items; what is no such thing is a problem and left out."""
        try:
            content = json.loads(self.file.read_bytes())
        except ValueError as error:
            findings.problem(f'{self.file} is not JSON: {error}')
            return {}
        if not isinstance(content, dict):
            findings.problem(f'{self.file} holds a {type(content).__name__}, not an object with {", ".join(KEYS)}')
            return {}
        return {key: list(self._whole_items(findings, content.get(key), key)) for key in KEYS}

    def _whole_items(self, findings: Findings, items: object, key: str) -> Iterator[Item]:
        if not isinstance(items, list):
            findings.problem(f'{self.file} has no list {key!r}')
            return
        for index, item in enumerate(items):
            lacking = [name for name in KEYS[key] if not isinstance(item, dict) or name not in item]
            if lacking:
                findings.problem(f'{self.file}: {key} without {", ".join(lacking)}', f'{key}[{index}]')
            else:
                yield item

    def _check_categories(self, findings: Findings, categories: list[Item]) -> None:
        names = [category['name'] for category in categories]
        reason = explain_categories(names, self.classes)
        if reason:
            findings.problem(f'{self.file} {reason}')
        unused = unused_categories(names, self.classes)
        if unused and not reason:
            findings.remark(f'{self.file} has categories that are no class; mmdet leaves them out: {shorten(unused)}')

    def _check_ids(self, findings: Findings, content: dict[str, list[Item]]) -> None:
        for key, items in content.items():
            twice = [number for number, count in Counter(item['id'] for item in items).items() if count > 1]
            for number in twice:
                findings.problem(f'{self.file}: ids of several {key}', str(number))
        if any(item['id'] == 0 for item in content['annotations']):
            findings.problem(
                f"{self.file} has an annotation of id 0, whose object COCO's evaluation never counts as found"
            )

    def _check_annotations(self, findings: Findings, content: dict[str, list[Item]], pictures: Pictures) -> None:
        categories = {category['id'] for category in content['categories']}
        without_mask = 0
        for item in track(content['annotations'], f'Checking {self.file}'):
            label = f'annotation {item["id"]}'
            picture = pictures.get(item['image_id'])
            if picture is None:
                findings.problem(f'{self.file}: annotations of a picture that is not listed', label)
            if item['category_id'] not in categories:
                findings.problem(f'{self.file}: annotations of a category that is not listed', label)
            without_mask += not item.get('segmentation')
            for kind, harmless in _faults(item, picture):
                (findings.remark if harmless else findings.problem)(f'{self.file}: {kind}', label)
        if without_mask and self.with_masks:
            share = without_mask / len(content['annotations'])
            findings.problem(
                f'{self.file}: {without_mask} annotations ({share:.0%}) have no segmentation, which a mask head needs'
            )
        empty = pictures.keys() - {item['image_id'] for item in content['annotations']}
        if empty:
            names = sorted(str(pictures[number]['file_name']) for number in empty)
            findings.remark(f'{self.file}: pictures without an annotation', *names)

    def _check_pictures(self, findings: Findings, sizes: dict[str, tuple[int, int]], quick: bool) -> None:
        there = list_files(self.images)
        findings.fact(f'{self.images}: {len(there)} files')
        absent, spare = sorted(sizes.keys() - there), sorted(there - sizes.keys())
        if absent:
            findings.problem(f'{self.images}: pictures that are listed in {self.file} but absent', *absent)
        if spare and sizes:
            findings.remark(f'{self.images}: files that are not listed in {self.file}', *spare)
        if quick:
            return
        for name, picture in decode_all(self.images, sizes.keys() & there, findings, decode_picture):
            if picture.size != sizes[name]:
                kind = f'{self.images}: pictures of another size than in {self.file}'
                findings.problem(kind, f'{name} is {"x".join(map(str, picture.size))}')

    def _check_maps(self, findings: Findings, folder: Path, sizes: dict[str, tuple[int, int]], quick: bool) -> None:
        there = list_files(folder)
        findings.fact(f'{folder}: {len(there)} label maps')
        names = {label_map_name(name): size for name, size in sizes.items()}
        absent = sorted(names.keys() - there)
        if absent:
            findings.problem(f'{folder}: pictures of {self.file} without a label map here', *absent)
        if quick:
            return
        valid = {*range(self.num_map_ids), OF_NO_CLASS}
        for name, labels in decode_all(folder, names.keys() & there, findings, decode_label_map):
            if labels.mode != 'L':
                findings.problem(f'{folder}: label maps that are not plain 8-bit ids', f'{name} is {labels.mode}')
            elif labels.ids - valid:
                kind = f'{folder}: ids other than 0 to {self.num_map_ids - 1} or {OF_NO_CLASS} for nothing'
                findings.problem(kind, f'{name} has {sorted(labels.ids - valid)[:3]}')
            if labels.size != names[name]:
                findings.problem(f'{folder}: label maps of another size than their picture', name)


def _faults(item: Item, picture: Item | None) -> Iterator[tuple[str, bool]]:
    """What is wrong with an annotation, and whether mmdet gets over it."""
    if 'iscrowd' not in item:
        yield "annotations without iscrowd, at which COCO's evaluation stops", False
    box = item['bbox']
    if not (isinstance(box, list) and len(box) == 4 and all(_is_number(number) for number in box)):
        yield 'boxes that are not four numbers', False
        return
    x, y, width, height = box
    if width < 1 or height < 1 or item['area'] <= 0:
        yield 'boxes below one pixel, which mmdet leaves out', True
    if picture and (x < -1 or y < -1 or x + width > picture['width'] + 1 or y + height > picture['height'] + 1):
        yield 'boxes that reach out of their picture', False
    yield from _mask_faults(item.get('segmentation'), picture)


def _mask_faults(mask: object, picture: Item | None) -> Iterator[tuple[str, bool]]:
    if not mask:
        return
    if isinstance(mask, list):
        if any(not isinstance(polygon, list) or len(polygon) % 2 or len(polygon) < 6 for polygon in mask):
            yield 'polygons without three corners, which mmdet leaves out', True
    elif not isinstance(mask, dict) or not isinstance(mask.get('counts'), (list, str)) or 'size' not in mask:
        yield 'masks that are neither polygons nor run lengths', False
    elif picture and list(mask['size']) != [picture['height'], picture['width']]:
        yield 'run lengths of another size than their picture', False
    elif isinstance(mask['counts'], list) and sum(mask['counts']) != math.prod(mask['size']):
        yield 'run lengths that do not add up to their picture', False


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)

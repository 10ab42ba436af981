"""Pictures and instances in the layout of COCO, with the label maps that HTC learns from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rich.progress import track

from mmvpt.text.shorten import shorten

from ..coco_file import CocoPicture, explain_categories, label_map_name, unused_categories
from ..label_ids import IGNORED
from .coco_faults import Faults, faults_of
from .coco_records import CocoContent, read_coco
from .decode import TURNED, Extent, read_label_map, read_picture
from .files import choose, is_there, list_files, read_all
from .findings import Findings
from .occurrence import Occurrence, label_classes
from .part import Part, add_odd

NEEDS_MAPS = (
    "HTC's semantic branch learns from it: unpack stuffthingmaps_trainval2017.zip of COCO-stuff there, or use "
    'mmvpt::htc_protuning_without_semantic_coco.'
)


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

    @property
    def place(self) -> str:
        """Where it lies."""
        return str(self.file)

    def verify(self, findings: Findings, limit: int | None) -> Occurrence | None:
        """Look through the file, then through the folders."""
        content = read_coco(self.file, findings) if is_there(self.file, findings, folder=False) else None
        if content:
            findings.fact(f'{self.file}: {content}')
            self._check_categories(findings, content)
            self._check_objects(findings, content)
        sizes = self._sizes(findings, content) if content else {}
        if is_there(self.images, findings):
            self._check_pictures(findings, sizes, limit)
        if self.maps and is_there(self.maps, findings, NEEDS_MAPS):
            self._check_maps(findings, self.maps, sizes, limit)
        return self._occurrence(content) if content and content.annotations else None

    def _occurrence(self, content: CocoContent) -> Occurrence:
        """Which classes have an object; those without a category are named by another finding."""
        names = {category['id']: category['name'] for category in content.categories}
        labelled = {names.get(item['category_id']) for item in content.annotations if not item.get('iscrowd')}
        there = labelled | (set(self.classes) - set(names.values()))
        seen = frozenset(index for index, name in enumerate(self.classes) if name in there)
        return Occurrence(str(self.file), 'object', label_classes(self.classes, 0), seen, self.training)

    def _check_categories(self, findings: Findings, content: CocoContent) -> None:
        names = [category['name'] for category in content.categories]
        reason = explain_categories(names, self.classes)
        if reason:
            findings.problem(f'{self.file} {reason}')
        unused = unused_categories(names, self.classes)
        if unused and not reason:
            findings.remark(f'{self.file} has categories that are no class; mmdet leaves them out: {shorten(unused)}')

    def _check_objects(self, findings: Findings, content: CocoContent) -> None:
        categories = {category['id'] for category in content.categories}
        pictures = {picture['id']: picture for picture in content.images}
        without_mask, faults = 0, Faults()
        for item in track(content.annotations, f'Checking {self.file}'):
            label = f'annotation {item["id"]}'
            picture = pictures.get(item['image_id'])
            if picture is None:
                findings.problem(f'{self.file}: annotations of a picture that is not listed', label)
            if item['category_id'] not in categories:
                findings.problem(f'{self.file}: annotations of a category that is not listed', label)
            without_mask += not item.get('segmentation')
            for fault in faults_of(item, picture):
                faults.add(fault, label)
        faults.report(findings, str(self.file), len(content.annotations))
        if without_mask and self.with_masks:
            share = without_mask / len(content.annotations)
            findings.problem(
                f'{self.file}: {without_mask} annotations ({share:.0%}) have no segmentation, which a mask head needs'
            )
        if any(item['id'] == 0 for item in content.annotations):
            findings.problem(
                f"{self.file} has an annotation of id 0, whose object COCO's evaluation never counts as found"
            )
        empty = pictures.keys() - {item['image_id'] for item in content.annotations}
        if empty and content.annotations:
            names = sorted(pictures[number]['file_name'] for number in empty)
            findings.remark(f'{self.file}: pictures without an annotation', *names)

    def _sizes(self, findings: Findings, content: CocoContent) -> dict[str, Extent]:
        """The width and height of each picture by its file."""
        counts = Counter(picture['file_name'] for picture in content.images)
        findings.problems_of(
            {
                f'{self.file}: files of several pictures': {name for name in counts if counts[name] > 1},
                f'{self.file}: files outside of {self.images}': {name for name in counts if _leads_out(name)},
            }
        )
        return {picture['file_name']: _size(picture) for picture in content.images}

    def _check_pictures(self, findings: Findings, sizes: dict[str, Extent], limit: int | None) -> None:
        there = list_files(self.images, findings)
        findings.fact(f'{self.images}: {len(there)} files')
        absent = {name for name in sizes.keys() - there if not (self.images / name).is_file()}
        kind = f'{self.images}: pictures that are listed in {self.file} but absent'
        findings.problems_of({kind: absent})
        spare = sorted(there - sizes.keys())
        if spare and sizes:
            findings.remark(f'{self.images}: files that are not listed in {self.file}', *spare)
        for name, picture in read_all(self.images, choose(sizes.keys() - absent, limit), findings, read_picture):
            add_odd(findings, self.images, name, picture)
            if picture.size != sizes[name]:
                turned = ', turned as its EXIF data say' if picture.turned else ''
                kind = f'{self.images}: pictures of another size than in {self.file}'
                findings.problem(kind, f'{name} is {"x".join(map(str, picture.size))}{turned}')
            elif picture.ambiguous:
                findings.problem(f'{self.images}: {TURNED.format(what="its boxes and masks")}', name)

    def _check_maps(self, findings: Findings, folder: Path, sizes: dict[str, Extent], limit: int | None) -> None:
        there = list_files(folder, findings)
        findings.fact(f'{folder}: {len(there)} label maps')
        names = {label_map_name(name): size for name, size in sizes.items()}
        findings.problems_of({f'{folder}: pictures of {self.file} without a label map here': names.keys() - there})
        valid = {*range(self.num_map_ids), IGNORED}
        for name, labels in read_all(folder, choose(names.keys() & there, limit), findings, read_label_map):
            if labels.mode != 'L':
                findings.problem(f'{folder}: label maps that are not plain 8-bit ids', f'{name} is {labels.mode}')
            elif labels.fault:
                findings.problem(f'{folder}: {labels.fault}', name)
            elif labels.ids - valid:
                kind = f'{folder}: ids other than 0 to {self.num_map_ids - 1} or {IGNORED} for no class'
                findings.problem(kind, f'{name} has {sorted(labels.ids - valid)[:3]}')
            if labels.size != names[name]:
                findings.problem(f'{folder}: label maps of another size than their picture', name)


def _leads_out(name: str) -> bool:
    return '..' in PurePosixPath(name).parts


def _size(picture: CocoPicture) -> Extent:
    return int(picture['width']), int(picture['height'])

"""Pictures with a label map each, in the layout of ADE20K."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ..label_ids import IGNORED, SET_ONCE, LabelIds
from .decode import TURNED, LabelMap, LoadedPicture, read_label_map, read_picture
from .files import choose, is_there, list_files, read_all
from .findings import Findings
from .occurrence import Occurrence, label_classes
from .part import Part, add_odd

MEANING = {True: '0 is nothing, 1 the first class', False: '0 is the first class'}
FEW = 12  # classes that a line can hold


@dataclass(frozen=True)
class SegmentationPart(Part):
    """One split: a folder of pictures and a folder of label maps, whose files go by the same names.

    Args:
        images: Folder of the pictures.
        maps: Folder of the label maps.
        num_classes: How many classes there are.
        reduce_zero_label: The first class has id 1, and 0 is no class; else it has id 0.
        names: Of the classes, where they are known.
        training: A model learns from it.
        loaded_with: What the pipelines say of ``reduce_zero_label``, where they do.
    """

    images: Path
    maps: Path
    num_classes: int
    reduce_zero_label: bool = True
    image_suffix: str = '.jpg'
    map_suffix: str = '.png'
    names: tuple[str, ...] = ()
    training: bool = field(default=False, compare=False)  # a folder for training and validation is one part
    loaded_with: frozenset[bool] = frozenset()

    @property
    def place(self) -> str:
        """Where it lies."""
        return f'{self.images}, {self.maps}'

    def verify(self, findings: Findings, limit: int | None) -> Occurrence | None:
        """Look through both folders."""
        self._check_setting(findings)
        folders = (self.images, self.image_suffix), (self.maps, self.map_suffix)
        listed = [_stems(folder, suffix, findings) for folder, suffix in folders if is_there(folder, findings)]
        if len(listed) < 2:
            return None
        images, maps = listed
        setting = f'reduce_zero_label={self.reduce_zero_label}: {MEANING[self.reduce_zero_label]}'
        findings.fact(f'{self.images}: {len(images)} pictures; {self.maps}: {len(maps)} label maps ({setting})')
        findings.problems_of(
            {
                f'{self.images}: pictures without a label map in {self.maps}': images - maps,
                f'{self.maps}: label maps without a picture in {self.images}': maps - images,
            }
        )
        stems = set(choose(images | maps, limit))
        pixels = self._decode(findings, images & stems, maps & stems)
        if stems >= maps:
            return self._tell_ids(findings, pixels)
        opened = (
            f'{len(maps & stems)} of {len(maps)} opened, so little is known'
            if stems
            else 'not opened, so nothing is known'
        )
        findings.fact(f'{self.maps}: {opened} of their ids and of the classes that occur')
        return None

    def _check_setting(self, findings: Findings) -> None:
        if self.loaded_with - {self.reduce_zero_label}:
            findings.problem(
                f'{self.maps}: the data set has reduce_zero_label={self.reduce_zero_label}, LoadAnnotations of its '
                f'pipeline {not self.reduce_zero_label}, and mmseg stops at the first label map. {SET_ONCE}'
            )

    def _decode(self, findings: Findings, images: set[str], maps: set[str]) -> Counter[int]:
        """Open files and count the pixels of each id."""
        pictures = {}
        for name, picture in read_all(
            self.images, [stem + self.image_suffix for stem in images], findings, read_picture
        ):
            add_odd(findings, self.images, name, picture)
            pictures[name.removesuffix(self.image_suffix)] = picture
        pixels: Counter[int] = Counter()
        for name, labels in read_all(self.maps, [stem + self.map_suffix for stem in maps], findings, read_label_map):
            self._check_map(findings, name, labels, pictures.get(name.removesuffix(self.map_suffix)))
            pixels.update(labels.counts)
        return pixels

    def _check_map(self, findings: Findings, name: str, labels: LabelMap, picture: LoadedPicture | None) -> None:
        if labels.fault:
            findings.problem(f'{self.maps}: {labels.fault}', name)
        outside = sorted(labels.ids - self._read(labels.ids).valid)
        if outside:
            ids = f'{outside[:3]}'.replace(']', ', ...]' if len(outside) > 3 else ']')
            rule = f'1 to {self.num_classes}, and 0' if self.reduce_zero_label else f'0 to {self.num_classes - 1}'
            findings.problem(f'{self.maps}: ids other than {rule} or {IGNORED} for no class', f'{name} has {ids}')
        if picture and labels.size != picture.size:
            findings.problem(f'{self.maps}: label maps of another size than their picture', name)
        elif picture and picture.ambiguous:
            findings.problem(f'{self.images}: {TURNED.format(what="the label map")}', name)

    def _tell_ids(self, findings: Findings, pixels: Counter[int]) -> Occurrence | None:
        """Add what the ids of all label maps together tell."""
        if not pixels:
            return None
        ids = self._read(frozenset(pixels))
        findings.fact(f'{self.maps}: {len(ids.classes)} of {self.num_classes} classes occur{self._shares(pixels)}')
        proof = ids.proof()
        if proof:
            findings.problem(f'{self.maps}: {proof}')
        zeros = pixels[0] / pixels.total()
        if self.reduce_zero_label and zeros > 0.5 and not ids.suspicion():
            findings.remark(
                f'{self.maps}: 0, in {zeros:.0%} of the pixels, is read as nothing (reduce_zero_label=True). If it is '
                'a class, such as the background, set reduce_zero_label=False in the data set and name it first.'
            )
        labels = label_classes(self.names, self.num_classes)
        clue = 'Correct the ids first.' if proof else ids.suspicion()
        return Occurrence(str(self.maps), 'pixel', labels, ids.classes, self.training, clue)

    def _shares(self, pixels: Counter[int]) -> str:
        """A small table: how much of the pixels each class has."""
        if self.num_classes > FEW:
            return ''
        names = self.names or [f'class {index}' for index in range(self.num_classes)]
        counts = {name: pixels[index] for index, name in enumerate(names, start=self.reduce_zero_label)}
        counts['nothing'] = pixels[IGNORED] + self.reduce_zero_label * pixels[0]
        return '; of the pixels: ' + ', '.join(f'{name} {n / pixels.total():.1%}' for name, n in counts.items())

    def _read(self, ids: frozenset[int]) -> LabelIds:
        return LabelIds(ids, self.num_classes, self.reduce_zero_label)


def _stems(folder: Path, suffix: str, findings: Findings) -> set[str]:
    """Names without the suffix; files with another one are a problem, since mmseg passes over them."""
    names = list_files(folder, findings)
    if not names:
        findings.problem(f'{folder} is empty.')
    read = {name for name in names if name.endswith(suffix)}
    kind = f'{folder}: files that mmseg does not read, since they do not end in {suffix}'
    findings.problems_of({kind: names - read})
    return {name.removesuffix(suffix) for name in read}

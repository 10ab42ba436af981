"""Pictures with a label map each, in the layout of ADE20K."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .files import Decoded, decode_all, decode_label_map, decode_picture, is_there, list_files
from .findings import Findings
from .part import Part

IGNORED = 255


@dataclass(frozen=True)
class SegmentationPart(Part):
    """One split: a folder of pictures and a folder of label maps, whose files go by the same names.

    Args:
        images: Folder of the pictures.
        maps: Folder of the label maps.
        num_classes: How many classes there are.
        reduce_zero_label: The first class has id 1, and 0 is no class; else it has id 0.
    """

    images: Path
    maps: Path
    num_classes: int
    reduce_zero_label: bool = True
    image_suffix: str = '.jpg'
    map_suffix: str = '.png'

    def verify(self, findings: Findings, quick: bool) -> None:
        folders = (self.images, self.image_suffix), (self.maps, self.map_suffix)
        listed = [_stems(folder, suffix, findings) for folder, suffix in folders if is_there(folder, findings)]
        if len(listed) < 2:
            return
        images, maps = listed
        findings.fact(f'{self.images}: {len(images)} pictures; {self.maps}: {len(maps)} label maps')
        _add_names(findings, f'{self.images}: pictures without a label map in {self.maps}', images - maps)
        _add_names(findings, f'{self.maps}: label maps without a picture in {self.images}', maps - images)
        if not quick:
            self._decode(findings, images, maps)

    def _decode(self, findings: Findings, images: set[str], maps: set[str]) -> None:
        names = [stem + self.image_suffix for stem in images]
        pictures = dict(decode_all(self.images, names, findings, decode_picture))
        seen: set[int] = set()
        for name, labels in decode_all(
            self.maps, [stem + self.map_suffix for stem in maps], findings, decode_label_map
        ):
            picture = pictures.get(name.removesuffix(self.map_suffix) + self.image_suffix)
            self._check_map(findings, name, labels, picture)
            seen |= labels.ids
        valid = self._valid_ids() - ({0, IGNORED} if self.reduce_zero_label else {IGNORED})
        findings.fact(f'{self.maps}: {len(seen & valid)} of {self.num_classes} classes occur')

    def _check_map(self, findings: Findings, name: str, labels: Decoded, picture: Decoded | None) -> None:
        if not labels.ids:
            findings.problem(f'{self.maps}: colours where ids should be', name)
        outside = sorted(labels.ids - self._valid_ids())
        if outside:
            ids = f'{outside[:3]}'.replace(']', ', ...]' if len(outside) > 3 else ']')
            rule = f'1 to {self.num_classes}, and 0' if self.reduce_zero_label else f'0 to {self.num_classes - 1}'
            findings.problem(f'{self.maps}: ids other than {rule} or {IGNORED} for no class', f'{name} has {ids}')
        if picture and labels.size != picture.size:
            findings.problem(f'{self.maps}: label maps of another size than their picture', name)

    def _valid_ids(self) -> set[int]:
        return set(range(self.num_classes + self.reduce_zero_label)) | {IGNORED}


def _stems(folder: Path, suffix: str, findings: Findings) -> set[str]:
    """Names without the suffix; files with another one are a problem, since mmseg passes over them."""
    names = list_files(folder)
    if not names:
        findings.problem(f'{folder} is empty.')
    read = {name for name in names if name.endswith(suffix)}
    _add_names(findings, f'{folder}: files that mmseg does not read, since they do not end in {suffix}', names - read)
    return {name.removesuffix(suffix) for name in read}


def _add_names(findings: Findings, kind: str, names: set[str]) -> None:
    if names:
        findings.problem(kind, *sorted(names))

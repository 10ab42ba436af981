"""Some classes of a data set, numbered anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmvpt.config.near import suggest
from mmvpt.registry import DATASETS
from mmvpt.text.refused import Refused

from .imagenet_classes import IMAGENET, IMAGENET_PLACES


@DATASETS.register_module()
class OfClasses:
    """The images of some classes, which get the numbers 0, 1, ... in the order in which they are named.

    Args:
        dataset: Config of the data set.
        classes: Names or numbers of its classes; or ``imagenet_a`` or ``imagenet_r`` for the 200 of ImageNet's 1,000
            that ImageNet-A or ImageNet-R has.
    """

    def __init__(self, dataset: Mapping[str, Any], classes: str | Sequence[str | int]) -> None:
        self.dataset: Any = DATASETS.build(dataset) if isinstance(dataset, Mapping) else dataset
        self.dataset.full_init()
        names = [str(name) for name in self.dataset.metainfo.get('classes') or ()]
        self.numbers = {old: new for new, old in enumerate(places_of(classes, names))}
        labels = [int(self.dataset.get_data_info(place)['gt_label']) for place in range(len(self.dataset))]
        self.indices = [place for place, label in enumerate(labels) if label in self.numbers]
        self.metainfo = {**self.dataset.metainfo, 'classes': tuple(names[old] for old in self.numbers)}

    def full_init(self) -> None:
        """Nothing: it is done."""

    def get_data_info(self, index: int) -> dict[str, Any]:
        """What is known of an image, with the new number of its class."""
        info = self.dataset.get_data_info(self.indices[index])
        return {**info, 'gt_label': self.numbers[int(info['gt_label'])]}

    def get_cat_ids(self, index: int) -> list[int]:
        """The class of an image."""
        return [self.get_data_info(index)['gt_label']]

    def __getitem__(self, index: int) -> Any:
        sample = self.dataset[self.indices[index]]
        sample['data_samples'].set_gt_label(self.get_data_info(index)['gt_label'])
        return sample

    def __len__(self) -> int:
        return len(self.indices)

    def __repr__(self) -> str:
        return f'{len(self.numbers)} classes, {len(self)} images, of {self.dataset!r}'


def places_of(classes: str | Sequence[str | int], names: Sequence[str]) -> Sequence[int]:
    """Numbers of some classes among all, given by their names, their numbers or the name of a list of ours."""
    if isinstance(classes, str):
        if classes not in IMAGENET_PLACES:
            raise Refused(f'There is no list of classes {classes!r}. {suggest(classes, IMAGENET_PLACES)}')
        if len(names) != IMAGENET:
            raise Refused(f'{classes} has some of the {IMAGENET:,} classes of ImageNet, and here are {len(names)}.')
        return IMAGENET_PLACES[classes]
    places = [names.index(name) if name in names else name for name in classes]
    wrong = [name for name in places if isinstance(name, str) or not 0 <= name < len(names)]
    if wrong:
        near = suggest(str(wrong[0]), names)
        raise Refused(f'The data set has no class {wrong[0]!r}; it has {len(names)} classes. {near}')
    if len(set(places)) != len(places) or not places:
        raise Refused(f'Classes are to be named once each, and one at least; got {list(classes)}.')
    return [int(place) for place in places]

"""A part of any data set: a fraction, some images of each class, a number, or fewer and fewer from class to class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mmvpt.registry import DATASETS
from mmvpt.text.refused import Refused

#: Of five images in the order of a seed, the last is for validation.
FIVE = 5


@DATASETS.register_module()
class Subset:
    """A part of a data set, the same for the same seed, and each smaller part within each larger one.

    Exactly one of ``fraction``, ``shots``, ``size``, ``imbalance`` and ``held_out`` says which part. Classes and their
    numbers stay those of the whole.

    Args:
        dataset: Config of the data set; for ``size`` with training and validation images together.
        fraction: Share of the images, such as 0.1 (VPT, Fig. 3).
        shots: Images of each class (Pro-tuning, few-shot). There is no class with fewer.
        size: Number of images to train on; a quarter as many, and no image of them, to validate on (4 : 1, as in
            "Visual Prompt Tuning or Full Finetuning?").
        imbalance: How many times more images the first class has than the last; in between they fall exponentially
            (long-tailed CIFAR of Cao et al. 2019, LDAM). All classes have to have equally many images.
        held_out: Share of the images that is kept to select on.
        part: With ``size`` and ``held_out``: ``train``, ``val`` or ``trainval``.
        seed: Of the choice.
    """

    def __init__(
        self,
        dataset: Mapping[str, Any],
        fraction: float | None = None,
        shots: int | None = None,
        size: int | None = None,
        imbalance: float | None = None,
        held_out: float | None = None,
        part: str = 'train',
        seed: int = 0,
    ) -> None:
        given = dict(fraction=fraction, shots=shots, size=size, imbalance=imbalance, held_out=held_out)
        chosen = {name: value for name, value in given.items() if value is not None}
        if len(chosen) != 1:
            raise Refused(f'Subset takes one of {", ".join(given)}; it got {", ".join(chosen) or "none"}.')
        if part not in PARTS or (part != 'train' and size is None and held_out is None):
            raise Refused(f'part is {part!r}. It is one of {", ".join(PARTS)}, and goes with size and held_out.')
        self.dataset: Any = DATASETS.build(dataset) if isinstance(dataset, Mapping) else dataset
        self.dataset.full_init()
        labels = np.array([int(self.dataset.get_data_info(place)['gt_label']) for place in range(len(self.dataset))])
        ((name, value),) = chosen.items()
        names = self.metainfo.get('classes') or ()
        self.indices = TAKE[name](labels, value, part, np.random.RandomState(seed), names)

    @property
    def metainfo(self) -> Mapping[str, Any]:
        """Of the whole."""
        return self.dataset.metainfo

    def full_init(self) -> None:
        """Nothing: it is done."""

    def get_data_info(self, index: int) -> dict[str, Any]:
        """What is known of an image."""
        return self.dataset.get_data_info(self.indices[index])

    def get_cat_ids(self, index: int) -> list[int]:
        """Classes of an image."""
        return self.dataset.get_cat_ids(self.indices[index])

    def __getitem__(self, index: int) -> Any:
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)

    def __repr__(self) -> str:
        return f'{type(self).__name__} of {len(self)} images of {self.dataset!r}'


PARTS = ('train', 'val', 'trainval')


def _fraction(
    labels: np.ndarray, share: float, part: str, rng: np.random.RandomState, names: Sequence[str]
) -> list[int]:
    """The first images of an order by chance."""
    if not 0 < share <= 1:
        raise Refused(f'A fraction is above 0 and 1 at most, such as 0.1; it got {share}.')
    order = rng.permutation(len(labels))
    return sorted(order[: max(1, round(share * len(order)))].tolist())


def _shots(labels: np.ndarray, shots: int, part: str, rng: np.random.RandomState, names: Sequence[str]) -> list[int]:
    """The first images of each class in an order by chance."""
    if shots < 1:
        raise Refused(f'shots is a number of images, 1 or more; it got {shots}.')
    order = rng.permutation(len(labels))
    taken: list[int] = []
    for label in range(len(names) or int(labels.max()) + 1):
        of_class = order[labels[order] == label]
        if len(of_class) < shots:
            name = f' ({names[label]})' if names else ''
            raise Refused(
                f'Class {label}{name} has {len(of_class)} images, and {shots} of each are asked for. Take fewer shots, '
                'or a data set in which every class has as many.'
            )
        taken += of_class[:shots].tolist()
    return sorted(taken)


def _size(labels: np.ndarray, size: int, part: str, rng: np.random.RandomState, names: Sequence[str]) -> list[int]:
    """Images of an order by chance: of each five, four are there to train on and one to validate on."""
    order = rng.permutation(len(labels))
    is_val = np.arange(len(order)) % FIVE == FIVE - 1
    train, val = order[~is_val], order[is_val]
    quarter = size // (FIVE - 1)
    if size < FIVE - 1 or size > len(train) or quarter > len(val):
        raise Refused(f'size is {size}. Of {len(labels)} images, {FIVE - 1} to {len(train)} can be for training.')
    chosen = {'train': [*train[:size]], 'val': [*val[:quarter]], 'trainval': [*train[:size], *val[:quarter]]}[part]
    return sorted(int(place) for place in chosen)


def _imbalance(
    labels: np.ndarray, ratio: float, part: str, rng: np.random.RandomState, names: Sequence[str]
) -> list[int]:
    """So many of each class as the profile says, class by class, in the order in which LDAM's code draws them."""
    numbers = np.bincount(labels)
    if ratio < 1 or len(set(numbers.tolist())) != 1 or len(numbers) < 2:
        raise Refused(
            f'imbalance is {ratio}, and the classes have {numbers.min()} to {numbers.max()} images. It is 1 or more, '
            'and all classes have to have equally many.'
        )
    taken: list[int] = []
    for label in range(len(numbers)):
        of_class = np.flatnonzero(labels == label)
        rng.shuffle(of_class)
        taken += of_class[: int(numbers[0] * (1 / ratio) ** (label / (len(numbers) - 1)))].tolist()
    return sorted(taken)


def _held_out(
    labels: np.ndarray, share: float, part: str, rng: np.random.RandomState, names: Sequence[str]
) -> list[int]:
    """All images but the first of an order by chance, or these."""
    if not 0 < share < 1:
        raise Refused(f'held_out is a share between 0 and 1, such as 0.1; it got {share}.')
    order = rng.permutation(len(labels))
    count = max(1, round(share * len(order)))
    return sorted({'train': order[count:], 'val': order[:count], 'trainval': order}[part].tolist())


#: How each kind of part is taken.
TAKE: Mapping[str, Callable[..., list[int]]] = dict(
    fraction=_fraction, shots=_shots, size=_size, imbalance=_imbalance, held_out=_held_out
)

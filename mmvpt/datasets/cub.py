"""The data set CUB-200-2011 with a validation split."""

from __future__ import annotations

from collections.abc import Callable

from mmpretrain.datasets import CUB as PublishedCUB

from mmvpt.registry import DATASETS

#: One of so many training images, the first in the order of the file, is held out.
EVERY = 10
#: The images that each split uses of its published split.
SPLITS: dict[str, tuple[str, Callable[[list], list]]] = {
    'train': ('train', lambda items: [item for place, item in enumerate(items) if place % EVERY]),
    'val': ('train', lambda items: items[::EVERY]),
    'trainval': ('train', lambda items: items),
    'test': ('test', lambda items: items),
}


@DATASETS.register_module()
class CUB(PublishedCUB):
    """CUB-200-2011 with a validation split, which the published data set does not have.

    The VPT paper selects 600 of the 5,994 training images at random (Table 8) and does not publish which. Here it is
    every tenth in the order of the file, which is sorted by class: about three of each class.

    Args:
        data_root: Folder of the data set as published.
        split: ``train``, 5,394 images; ``val``, the 600 held out of them; ``trainval``, both, for a final training;
            ``test``, 5,794.
        **kwargs: Options of mmpretrain's CUB.
    """

    def __init__(self, data_root: str, split: str = 'train', **kwargs: object) -> None:
        if split not in SPLITS:
            raise ValueError(f'CUB-200-2011 has no split {split!r}. There are {", ".join(SPLITS)}.')
        published, self.take = SPLITS[split]
        super().__init__(data_root, published, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Return images and labels of the split."""
        return self.take(super().load_data_list())

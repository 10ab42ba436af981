"""CUB-200-2011 with pictures to select on."""

from __future__ import annotations

from collections.abc import Callable

from mmpretrain.datasets import CUB as PublishedCUB

from mmvpt.registry import DATASETS

#: Of so many training pictures, in the order of the file, the first is held out.
EVERY = 10
#: What each split takes of the pictures of its published split.
SPLITS: dict[str, tuple[str, Callable[[list], list]]] = {
    'train': ('train', lambda items: [item for place, item in enumerate(items) if place % EVERY]),
    'val': ('train', lambda items: items[::EVERY]),
    'trainval': ('train', lambda items: items),
    'test': ('test', lambda items: items),
}


@DATASETS.register_module()
class CUB(PublishedCUB):
    """CUB-200-2011 with pictures to select on, which its two published splits lack.

    The VPT paper draws 600 of the 5,994 training pictures at random (Table 8) and does not publish which. Here it is
    every tenth in the order of the file, which goes class by class: three or so of each class.

    Args:
        data_root: Folder of the data set as published.
        split: ``train``, 5,394 pictures; ``val``, the 600 held out of them; ``trainval``, both, for a final training;
            ``test``, 5,794.
        **kwargs: As for mmpretrain's.
    """

    def __init__(self, data_root: str, split: str = 'train', **kwargs: object) -> None:
        if split not in SPLITS:
            raise ValueError(f'CUB-200-2011 has no split {split!r}. There are {", ".join(SPLITS)}.')
        published, self.take = SPLITS[split]
        super().__init__(data_root, published, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Pictures and labels of the split."""
        return self.take(super().load_data_list())

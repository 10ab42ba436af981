"""A data set without a sample is refused, and says where it looked."""

from __future__ import annotations

import pytest
from mmengine.dataset import BaseDataset, ConcatDataset, RepeatDataset

from mmvpt.datasets.empty import require_samples


class Pictures(BaseDataset):
    """So many samples."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(ann_file='a.json', data_root='data', data_prefix=dict(img='pictures'), serialize_data=False)

    def load_data_list(self) -> list[dict]:
        return [dict(img_path=str(index)) for index in range(self.number)]


def test_a_data_set_with_a_sample_is_taken() -> None:
    require_samples(Pictures(1))


@pytest.mark.parametrize('wrap', [lambda inner: inner, lambda inner: RepeatDataset(inner, 3)])
def test_an_empty_one_names_its_files(wrap) -> None:
    with pytest.raises(ValueError, match='has nothing to load: data/a.json, data/pictures. Put pictures there'):
        require_samples(wrap(Pictures(0)))


def test_one_of_several_may_be_empty() -> None:
    require_samples(ConcatDataset([Pictures(0), Pictures(2)]))


def test_what_has_no_length_is_taken() -> None:
    require_samples(iter('abc'))

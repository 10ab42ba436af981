"""Whether 0 is a class is said in the data set alone, and every pipeline of our configs follows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import TRANSFORMS, init_default_scope
from mmseg.registry import DATASETS

from tests.data_makers import make_ade

HOSTS = [
    'setr_linear_ade20k',
    'upernet_linear_ade20k',
    'upernet_swin-b_linear_ade20k',
    'upernet_vit-b_linear_ade20k',
    'fcn_linear_ade20k',
    'setr_linear_mini_vtab',
    'fcn_linear_shapes',
]
OWN = """
_base_ = 'mmvpt::{host}.py'
beach = dict(
    type='BaseSegDataset',
    data_root='{root}',
    reduce_zero_label={zero_is_nothing},
    metainfo=dict(classes=('sand', 'sky', 'sea'), palette=[[240, 220, 160], [180, 220, 255], [0, 60, 120]]),
)
train_dataloader = dict(dataset=beach)
val_dataloader = dict(dataset=beach)
test_dataloader = dict(dataset=beach)
"""


def own_config(folder: Path, host: str, zero_is_nothing: bool) -> Config:
    """A config as a user writes it, and label maps with every id from 0 to 3."""
    root = make_ade(folder / 'beach', num_images=1, num_classes=3)
    path = folder / 'beach.py'
    path.write_text(OWN.format(host=host, root=root, zero_is_nothing=zero_is_nothing))
    config = Config.fromfile(path)
    init_default_scope(config.default_scope)
    return config


def ids_of(sample: dict) -> set[int]:
    return set(np.unique(sample['data_samples'].gt_sem_seg.data).tolist())


@pytest.mark.parametrize('zero_is_nothing, ids', [(False, {0, 1, 2, 3}), (True, {0, 1, 2, 255})])
@pytest.mark.parametrize('host', HOSTS)
def test_one_setting_in_the_data_set_is_enough(tmp_path, host, zero_is_nothing, ids):
    config = own_config(tmp_path, host, zero_is_nothing)
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        assert ids_of(DATASETS.build(loader.dataset)[0]) <= ids
    assert ids_of(DATASETS.build(config.val_dataloader.dataset)[0]) == ids


def test_views_at_test_time_follow_too(tmp_path):
    config = own_config(tmp_path, 'setr_linear_ade20k', zero_is_nothing=False)
    info = DATASETS.build(config.test_dataloader.dataset).get_data_info(0)
    samples = info
    for step in config.tta_pipeline:
        samples = TRANSFORMS.build(step)(samples)
    (ids,) = {tuple(np.unique(sample.gt_sem_seg.data)) for sample in samples['data_samples']}
    assert ids == (0, 1, 2, 3)


def test_pipelines_by_name_are_those_of_the_loaders(tmp_path):
    config = own_config(tmp_path, 'setr_linear_ade20k', zero_is_nothing=False)
    assert config.train_pipeline == config.train_dataloader.dataset.pipeline
    assert config.test_pipeline == config.val_dataloader.dataset.pipeline == config.test_dataloader.dataset.pipeline

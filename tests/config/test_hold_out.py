"""Part of the training data to select on."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import DATASETS, init_default_scope

from mmvpt.config.datasets import innermost
from mmvpt.config.hold_out import hold_out, selects_on_test, train_on_all, validate_as_test
from tests.engine.tiny import cls_config, seg_config

CONFIGS = Path(__file__).resolve().parents[2] / 'configs'


@pytest.mark.parametrize(('make', 'file'), [(cls_config, 'img_path'), (seg_config, 'seg_map_path')])
def test_what_is_held_out_is_not_trained_on_and_all_is_one_or_the_other(tmp_path, make, file) -> None:
    config = make(tmp_path)
    assert selects_on_test(config)
    init_default_scope(config.default_scope)
    whole = DATASETS.build(config.train_dataloader.dataset)
    pipeline = config.val_dataloader.dataset.pipeline
    hold_out(config, 0.25, seed=1)
    train, val = (DATASETS.build(config[f'{part}_dataloader'].dataset) for part in ('train', 'val'))
    files = [{data.get_data_info(index)[file] for index in range(len(data))} for data in (whole, train, val)]
    assert files[1] | files[2] == files[0] and not files[1] & files[2]
    assert len(val) == round(len(whole) / 4)
    assert config.val_dataloader.dataset.pipeline == pipeline
    assert not selects_on_test(config)
    validate_as_test(config)
    assert config.test_dataloader.dataset.indices == config.val_dataloader.dataset.indices


@pytest.mark.parametrize('chooser', [dict(type='mmvpt.Subset', shots=3), dict(type='mmvpt.OfClasses', classes=[2, 0])])
def test_of_a_part_of_a_data_set_a_part_is_held_out(chooser: dict, tmp_path) -> None:
    config = cls_config(tmp_path)
    config.train_dataloader.dataset = dict(chooser, dataset=config.train_dataloader.dataset)
    init_default_scope(config.default_scope)
    whole = DATASETS.build(config.train_dataloader.dataset)
    pipeline = config.val_dataloader.dataset.pipeline
    hold_out(config, 0.25)
    train, val = (DATASETS.build(config[f'{part}_dataloader'].dataset) for part in ('train', 'val'))
    seen = [
        {(info['img_path'], info['gt_label']) for info in map(data.get_data_info, range(len(data)))}
        for data in (whole, train, val)
    ]
    assert seen[1] | seen[2] == seen[0] and not seen[1] & seen[2]
    assert len(val) == round(len(whole) / 4)
    assert innermost(config.val_dataloader.dataset).pipeline == pipeline
    assert innermost(config.train_dataloader.dataset).pipeline != pipeline


def test_what_cannot_be_held_out_is_refused(tmp_path) -> None:
    config = cls_config(tmp_path)
    with pytest.raises(ValueError, match='share of 1.5 cannot be held out; take one between 0 and 1'):
        hold_out(config, 1.5)
    config.train_dataloader.dataset.indices = 3
    with pytest.raises(ValueError, match='by `indices` already'):
        hold_out(config, 0.1)
    config.default_scope = 'mmdet'
    with pytest.raises(ValueError, match='Give val_dataloader and val_evaluator a validation split'):
        hold_out(config, 0.1)


def test_what_a_data_set_holds_out_itself_is_trained_on_in_the_end(tmp_path) -> None:
    config = Config.fromfile(CONFIGS / 'vit_e2vpt_cub.py')
    assert not selects_on_test(config)
    train_on_all(config)
    assert config.train_dataloader.dataset.split == 'trainval'
    assert config.val_dataloader is config.val_evaluator is config.val_cfg is None
    plain = cls_config(tmp_path)
    before = plain.to_dict()
    train_on_all(plain)
    assert plain.to_dict() == before

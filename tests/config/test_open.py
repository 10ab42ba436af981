"""A config is opened in one way, whoever opens it."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmengine.config import Config

from mmvpt.config.datasets import built_datasets, configured_datasets, innermost
from mmvpt.config.find import find_config
from mmvpt.config.open import open_config

PACKAGE = Path(__file__).resolve().parents[2] / 'mmvpt'


def test_a_name_a_path_and_an_open_config_are_opened_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PACKAGE.parent)
    by_name = open_config('mmvpt::vit_vpt_cub')
    assert by_name.model.backbone.tuner.type == 'mmvpt.DeepPrompts'
    for other in ('configs/vit_vpt_cub.py', Path(find_config('mmvpt::vit_vpt_cub')), by_name):
        assert open_config(other).to_dict() == by_name.to_dict()


def test_overrides_are_merged_and_neither_they_nor_an_open_config_are_changed() -> None:
    config = Config(dict(model=dict(type='A', depth=1)))
    options = {'model': dict(_delete_=True, type='B'), 'seed': 3}
    opened = open_config(config, options)
    assert opened.to_dict() == dict(model=dict(type='B'), seed=3)
    assert config.to_dict() == dict(model=dict(type='A', depth=1))
    assert options['model'] == dict(_delete_=True, type='B')


def test_hooks_that_are_none_are_dropped_but_for_those_that_mmengine_would_add() -> None:
    hooks = dict(guard=None, report=dict(type='ReportHook'), logger=None)
    assert open_config(Config(dict(default_hooks=hooks))).default_hooks == dict(
        report=dict(type='ReportHook'), logger=None
    )


def test_configs_are_read_in_one_file() -> None:
    reading = {
        path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob('*.py') if 'Config.fromfile' in path.read_text()
    }
    assert reading == {'config/open.py'}


class Built:
    def __init__(self, **attributes: object) -> None:
        vars(self).update(attributes)


def test_data_sets_are_found_inside_of_others_in_configs_and_once_they_are_built() -> None:
    first, second = dict(type='A', pipeline=[]), dict(type='B')
    config = Config(dict(whole=dict(type='Repeat', dataset=dict(type='Concat', datasets=[first, second]))))
    assert [one.type for one in configured_datasets(config.whole)] == ['A', 'B']
    one, two = Built(), Built()
    whole = Built(dataset=Built(datasets=[one, Built(dataset=two)]))
    assert list(built_datasets(whole)) == [one, two]


def test_one_data_set_is_wanted_with_its_pipeline() -> None:
    first, second = dict(type='A', pipeline=[]), dict(type='B')
    config = Config(dict(one=dict(type='Repeat', dataset=first), two=dict(datasets=[first, second]), none=second))
    assert innermost(config.one) is config.one.dataset
    for name, what in (('two', 'None of 2 data sets'), ('none', 'B')):
        with pytest.raises(ValueError, match=f'{what} has no pipeline of its own. This needs a config of one data set'):
            innermost(config[name])

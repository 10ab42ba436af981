"""A run without one of our hooks says so."""

import pytest

from mmvpt.config.open import open_config
from mmvpt.engine.our_hooks import OUR_HOOKS, warn_of_missing_hooks

from .tiny import HOOKS, make_runner, seg_config


@pytest.fixture
def said(monkeypatch):
    """What a config's run is warned of."""

    def run(config):
        messages = []
        runner = make_runner(config)
        monkeypatch.setattr(runner.logger, 'warning', messages.append)
        warn_of_missing_hooks(runner)
        return messages

    return run


def test_hooks_of_a_user_do_not_take_the_place_of_ours(tmp_path, said):
    assert said(seg_config(tmp_path, custom_hooks=[dict(type='EMAHook')])) == []


def test_a_hook_that_is_missing_is_named_with_what_it_would_do(tmp_path, said):
    config = seg_config(tmp_path, **{'default_hooks.guard': None, 'default_hooks.delta': None})
    (message,) = said(open_config(config))
    assert 'GuardHook (fail a run at its end if a frozen tensor changed' in message
    assert 'DeltaCheckpointHook (save what was trained, with a fingerprint of what was not)' in message
    assert 'default_hooks = _base_.mmvpt_hooks' in message


def test_a_hook_that_comes_twice_is_named(tmp_path, said):
    (message,) = said(seg_config(tmp_path, custom_hooks=[HOOKS.report]))
    assert 'more than one ReportHook' in message


def test_every_hook_of_ours_is_in_the_base_of_all_configs():
    assert {f'mmvpt.{hook.__name__}' for hook in OUR_HOOKS} == {hook['type'] for hook in HOOKS.values()}

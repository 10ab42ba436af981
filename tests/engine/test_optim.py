"""The optimizer gets what trains, in few groups, with the options that the config asks for."""

import pytest
from mmengine.optim import build_optim_wrapper
from mmengine.optim.optimizer import amp_optimizer_wrapper
from torch import nn

from .tiny import PROMPTS, build_model, cls_config, seg_config, train

BIASES = [PROMPTS, dict(type='mmvpt.BiasTuning')]


def optimize(model, optimizer=None, **options):
    optimizer = optimizer or dict(type='SGD', lr=1.0, weight_decay=0.1)
    return build_optim_wrapper(
        model, dict(constructor='mmvpt.TrainableParamsConstructor', optimizer=optimizer, **options)
    )


def groups_by_name(wrapper):
    return {group['name']: group for group in wrapper.optimizer.param_groups}


@pytest.fixture
def model(tmp_path):
    return build_model(cls_config(tmp_path, tuner=BIASES))


def test_only_what_trains_is_optimized_in_one_group(model):
    (group,) = optimize(model).optimizer.param_groups
    assert {id(param) for param in group['params']} == {
        id(param) for param in model.parameters() if param.requires_grad
    }
    assert group['name'] == 'backbone + tuner + head'


def test_multipliers_of_a_part_and_of_biases_multiply(model):
    groups = groups_by_name(
        optimize(
            model,
            paramwise_cfg=dict(
                head=dict(lr_mult=10.0), backbone=dict(decay_mult=0.5), bias=dict(lr_mult=2.0, decay_mult=0.0)
            ),
        )
    )
    assert {name: (group['lr'], group['weight_decay']) for name, group in groups.items()} == {
        'tuner': (1.0, 0.1),
        'head': (10.0, 0.1),
        'head.bias': (20.0, 0.0),
        'backbone.bias': (2.0, 0.0),
    }
    assert [param.shape for param in groups['head.bias']['params']] == [(3,)]


def test_a_bias_is_told_by_the_last_segment_of_its_name(tmp_path):
    model = build_model(cls_config(tmp_path))
    model.head.bias_table = nn.Linear(2, 2)
    biases = groups_by_name(optimize(model, paramwise_cfg=dict(bias=dict(lr_mult=2.0))))['head.bias']
    assert [param.ndim for param in biases['params']] == [1, 1]


def test_the_longest_custom_key_replaces_the_multipliers_of_parts(model):
    keys = {'head': dict(lr_mult=3.0), 'head.fc.bias': dict(lr_mult=4.0)}
    groups = groups_by_name(optimize(model, paramwise_cfg=dict(head=dict(lr_mult=10.0), custom_keys=keys)))
    assert groups['head']['lr'] == 3.0
    assert groups['head.fc.bias']['lr'] == 4.0


def test_equal_options_share_a_group(model):
    rules = dict(head=dict(lr_mult=2.0), tuner=dict(lr_mult=2.0))
    assert set(groups_by_name(optimize(model, paramwise_cfg=rules))) == {'backbone', 'tuner + head'}


def test_an_empty_trainable_set_is_refused(model):
    with pytest.raises(ValueError, match='every parameter is frozen. Give it a head, or a tuner'):
        optimize(model.requires_grad_(False))


def test_a_model_without_a_tuned_backbone_is_refused():
    with pytest.raises(ValueError, match='Linear has no TunedBackbone'):
        optimize(nn.Linear(2, 2))


@pytest.mark.parametrize(
    'rules, message',
    [
        (
            dict(norm_decay_mult=0.0),
            r"Unknown options of paramwise_cfg: \['norm_decay_mult'\]. Possible: head, tuner",
        ),
        (dict(head=dict(lr=1.0)), "gives 'head' {'lr': 1.0}. Possible: a dict of lr_mult and decay_mult"),
        (dict(custom_keys={'fc': 2.0}), "gives 'fc' 2.0"),
        (
            dict(backbone=dict(lr_mult=1.0)),
            "names 'backbone', but no parameter .* These train: backbone.tuner",
        ),
        (dict(custom_keys={'neck': dict()}), "names 'neck'"),
    ],
)
def test_rules_that_mean_nothing_are_refused(tmp_path, rules, message):
    with pytest.raises(ValueError, match=message):
        optimize(build_model(cls_config(tmp_path)), paramwise_cfg=rules)


def test_a_multiplier_of_an_unknown_number_is_refused(model):
    with pytest.raises(ValueError, match=r'Set optimizer=dict\(weight_decay=...\)'):
        optimize(model, optimizer=dict(type='AdamW', lr=1.0), paramwise_cfg=dict(head=dict(decay_mult=0.0)))


def test_mixed_precision_and_accumulation_train_every_group(tmp_path, monkeypatch):
    monkeypatch.setattr(
        amp_optimizer_wrapper, 'is_cuda_available', lambda: True
    )  # MMEngine wants a GPU; torch does not
    options = dict(type='AmpOptimWrapper', dtype='bfloat16', accumulative_counts=2)
    runner = train(seg_config(tmp_path, optim_wrapper=options))  # GuardHook fails it otherwise
    assert runner.optim_wrapper.inner_count == 4

"""The switch to the optimizer of VPT's public code changes what it says, and nothing else."""

import pytest
import torch
from mmengine.optim import build_optim_wrapper

from .tiny import PROMPTS, build_model, cls_config

BIASES = [PROMPTS, dict(type='mmvpt.BiasTuning')]
ADAMW = dict(type='AdamW', lr=0.5, weight_decay=0.001)
SGD = dict(type='SGD', lr=0.5, momentum=0.9, weight_decay=0.001)


@pytest.fixture
def model(tmp_path):
    return build_model(cls_config(tmp_path, tuner=BIASES))


def optimize(model, optimizer, constructor='VPTCompatConstructor', **options):
    config = dict(constructor=f'mmvpt.{constructor}', optimizer=optimizer, **options)
    return build_optim_wrapper(model, config).optimizer


def decays(model, optimizer):
    """Weight decay by the name of a parameter."""
    names = {param: name for name, param in model.named_parameters()}
    return {names[param]: group['weight_decay'] for group in optimizer.param_groups for param in group['params']}


@pytest.mark.parametrize('asked', [0.01, 0.001, 0.0001])
def test_adamw_decays_alike_whatever_is_asked_and_spares_biases(model, asked):
    """Reference, 6.2: 0.01 for any positive weight decay; names with "bias" have none."""
    optimizer = optimize(model, dict(ADAMW, weight_decay=asked))
    assert isinstance(optimizer, torch.optim.AdamW)
    found = decays(model, optimizer)
    assert {name for name, decay in found.items() if decay == 0} == {name for name in found if 'bias' in name}
    assert {decay for name, decay in found.items() if 'bias' not in name} == {0.01}
    assert {(group['lr'], group['eps']) for group in optimizer.param_groups} == {(0.5, 1e-6)}


def test_norms_and_tables_of_position_biases_are_told_by_their_names(model):
    model.backbone.backbone.layers[0].ln1.weight.requires_grad_(True)
    model.head.relative_position_bias_table = torch.nn.Parameter(torch.zeros(1))
    found = decays(model, optimize(model, ADAMW))
    assert found['backbone.backbone.layers.0.ln1.weight'] == 0.01
    assert found['head.relative_position_bias_table'] == 0


def test_adamw_without_decay_becomes_sgd_with_momentum(model):
    optimizer = optimize(model, dict(ADAMW, weight_decay=0.0))
    assert isinstance(optimizer, torch.optim.SGD)
    assert {(group['lr'], group['momentum'], group['nesterov']) for group in optimizer.param_groups} == {
        (0.5, 0.9, False)
    }
    assert set(decays(model, optimizer).values()) == {0}


def test_sgd_decays_all_but_the_bias_of_the_classifier(model):
    found = decays(model, optimize(model, SGD))
    assert {name for name, decay in found.items() if decay == 0} == {'head.fc.bias'}
    assert {decay for name, decay in found.items() if name != 'head.fc.bias'} == {0.001}


def test_by_default_the_config_is_obeyed(model):
    for optimizer in (ADAMW, dict(ADAMW, weight_decay=0.0)):
        built = optimize(model, optimizer, 'TrainableParamsConstructor')
        assert isinstance(built, torch.optim.AdamW)
        assert set(decays(model, built).values()) == {optimizer['weight_decay']}


def test_multipliers_come_on_top(model):
    optimizer = optimize(model, ADAMW, paramwise_cfg=dict(head=dict(lr_mult=10.0)))
    rates = {group['name']: (group['lr'], group['weight_decay']) for group in optimizer.param_groups}
    assert rates == {
        'tuner': (0.5, 0.01),
        'head': (5.0, 0.01),
        'backbone without decay': (0.5, 0.0),
        'head without decay': (5.0, 0.0),
    }


def test_the_config_of_the_caller_stays_as_it_is(model):
    config = dict(constructor='mmvpt.VPTCompatConstructor', optimizer=dict(ADAMW))
    build_optim_wrapper(model, config)
    assert config['optimizer'] == ADAMW


@pytest.mark.parametrize(
    ('optimizer', 'message'),
    [
        (dict(type='RMSprop', lr=0.1, weight_decay=0.0), 'has no recipe with RMSprop. There are: AdamW, SGD.'),
        (dict(type='AdamW', lr=0.1), 'needs numbers in .*: weight_decay'),
    ],
)
def test_what_has_no_counterpart_is_refused(model, optimizer, message):
    with pytest.raises(ValueError, match=message):
        optimize(model, optimizer)

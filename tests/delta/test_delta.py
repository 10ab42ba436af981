"""A delta holds what was trained, and goes back onto its own base and no other."""

import pytest
import torch
from mmengine.registry import MODELS
from mmseg.apis import init_model
from torch import nn
from torch.testing import assert_close

from mmvpt.delta.fit import require_fit
from mmvpt.delta.format import FINGERPRINT
from mmvpt.engine import apply_delta, delta_state_dict, read_delta, save_delta
from mmvpt.files.read import read_metadata
from tests.engine.tiny import PROMPTS, build_model, cls_config, seg_config, train, write_base

FORMS = {
    'prompts': PROMPTS,
    'biases': dict(type='mmvpt.BiasTuning'),
    'prompts and biases': [PROMPTS, dict(type='mmvpt.BiasTuning')],
    'all': dict(type='mmvpt.FullTuning'),
    'nothing': dict(type='mmvpt.LinearProbe'),
}


def shaken(model):
    """The model with other values in everything that a training changes."""
    with torch.no_grad():
        for param in model.parameters():
            if param.requires_grad:
                param.add_(torch.randn_like(param), alpha=0.1)
        for name, buffer in model.named_buffers():
            if name.startswith(('decode_head', 'auxiliary_head')) and buffer.is_floating_point():
                buffer.add_(0.5)
    return model


@pytest.mark.parametrize('tuner', FORMS.values(), ids=FORMS)
def test_a_delta_brings_another_model_to_the_same_outputs(tmp_path, tuner):
    config = seg_config(tmp_path, tuner=tuner)
    model, images = shaken(build_model(config)).eval(), torch.randn(2, 3, 32, 32)
    save_delta(tmp_path / 'delta.safetensors', model)
    other = build_model(config).eval()
    apply_delta(other, read_delta(tmp_path / 'delta.safetensors')['state_dict'])
    assert_close(other(images), model(images), rtol=0, atol=0)


def test_a_delta_holds_what_trains_and_the_statistics_of_the_head(tmp_path):
    delta = delta_state_dict(build_model(seg_config(tmp_path)))
    inside = {name for name in delta if name.startswith('backbone.')}
    assert inside == {'backbone.tuner.prompts.0', 'backbone.tuner.prompts.1', f'backbone.{FINGERPRINT}'}
    assert 'decode_head.convs.0.bn.running_mean' in delta


def test_a_delta_knows_its_model(tmp_path):
    save_delta(
        tmp_path / 'delta.safetensors', build_model(cls_config(tmp_path)), dict(dataset_meta=dict(classes=('a', 'b')))
    )
    metadata = read_metadata(tmp_path / 'delta.safetensors')
    assert metadata['num_trained'] == 2 * 2 * 32 + 3 * 33
    assert metadata['dataset_meta'] == dict(classes=['a', 'b'])
    assert len(metadata['base_fingerprint']['backbone.']) == 64
    assert torch.__version__.startswith(metadata['versions']['torch'])


def test_a_delta_of_another_base_is_refused_by_both_fingerprints(tmp_path):
    model = build_model(cls_config(tmp_path))
    delta = delta_state_dict(model)
    write_base(tmp_path / 'base.pth', seed=1)
    other = build_model(cls_config(tmp_path))
    with pytest.raises(ValueError, match='trained on another base') as error:
        apply_delta(other, delta)
    for fingerprint in (bytes(delta[f'backbone.{FINGERPRINT}'].tolist()), _fingerprint(other)):
        assert fingerprint.hex() in str(error.value)
    assert 'base.pth' in str(error.value)


def _fingerprint(model):
    return bytes(delta_state_dict(model)[f'backbone.{FINGERPRINT}'].tolist())


def test_a_delta_on_a_random_base_is_refused(tmp_path):
    delta = delta_state_dict(build_model(cls_config(tmp_path)))
    random = build_model(cls_config(tmp_path, **{'model.backbone.backbone.init_cfg': None}))
    with pytest.raises(ValueError, match='random, as the config has no init_cfg'):
        apply_delta(random, delta)


@pytest.mark.parametrize('name', ['backbone.tuner.prompts.0', 'head.fc.bias'])
def test_a_missing_or_extra_key_is_named(tmp_path, name):
    model = build_model(cls_config(tmp_path))
    delta = delta_state_dict(model)
    with pytest.raises(ValueError, match=f'Unknown to the model: {name}2.'):
        apply_delta(model, {**delta, f'{name}2': delta[name]})
    del delta[name]
    with pytest.raises(ValueError, match=f'Missing in the delta: {name}.'):
        apply_delta(model, delta)


def test_a_head_of_other_classes_is_explained(tmp_path):
    delta = delta_state_dict(build_model(seg_config(tmp_path)))
    other = build_model(seg_config(tmp_path, **{'model.decode_head.num_classes': 21}))
    with pytest.raises(ValueError, match='decode_head was trained for 150 classes; this one has num_classes=21'):
        apply_delta(other, delta)


def test_prompts_of_another_length_are_named_by_shape(tmp_path):
    delta = delta_state_dict(build_model(cls_config(tmp_path)))
    other = build_model(cls_config(tmp_path, tuner=dict(PROMPTS, num_tokens=5)))
    with pytest.raises(
        ValueError, match=r'backbone.tuner.prompts.0: \(.*2, 32\) in the delta, \(.*5, 32\) in the model'
    ):
        apply_delta(other, delta)


def test_a_truncated_delta_is_refused_by_name_and_size(tmp_path):
    path = tmp_path / 'delta.safetensors'
    save_delta(path, build_model(cls_config(tmp_path)))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ValueError, match=rf'Cannot read {path} \({path.stat().st_size} bytes\)'):
        read_delta(path)


def test_a_plain_checkpoint_is_no_delta(tmp_path):
    config = cls_config(tmp_path)
    with pytest.raises(ValueError, match='base.pth is no delta'):
        read_delta(tmp_path / 'base.pth')
    with pytest.raises(ValueError, match='are no delta'):
        apply_delta(build_model(config), {})


def test_a_delta_of_a_format_to_come_is_refused(tmp_path):
    save_delta(tmp_path / 'delta.safetensors', build_model(cls_config(tmp_path)), dict(format=2))
    with pytest.raises(ValueError, match='it is of format 2, .* reads up to 1. .*pip install -U mmvpt'):
        read_delta(tmp_path / 'delta.safetensors')


def test_the_stock_inference_api_takes_a_delta(tmp_path):
    config = seg_config(tmp_path)
    runner = train(config)
    model = init_model(seg_config(tmp_path), str(tmp_path / 'work' / 'iter_4.safetensors'), device='cpu')
    images = torch.randn(1, 3, 32, 32)
    assert_close(model(images), runner.model.eval()(images), rtol=0, atol=0)
    assert model.dataset_meta['classes'][:2] == ['wall', 'building']


def test_every_loader_refuses_a_delta_that_does_not_fit_in_the_same_words(tmp_path):
    delta = delta_state_dict(build_model(cls_config(tmp_path)))
    other = build_model(cls_config(tmp_path, tuner=dict(type='DeepPrompts', num_tokens=3)))
    inside = {name.removeprefix('backbone.'): tensor for name, tensor in delta.items() if name.startswith('backbone.')}
    refusals = []
    for load in (
        lambda: apply_delta(other, delta),
        lambda: other.load_state_dict(dict(delta)),
        lambda: other.backbone.load_state_dict(inside),
    ):
        with pytest.raises(ValueError) as error:
            load()
        refusals.append(str(error.value))
    assert refusals[0].splitlines() == [
        'The delta does not fit the model.',
        'backbone.tuner.prompts.0: (2, 32) in the delta, (3, 32) in the model.',
        'backbone.tuner.prompts.1: (2, 32) in the delta, (3, 32) in the model.',
        'Use the config that the delta was trained with.',
    ]
    assert refusals[1] == refusals[0]
    assert refusals[2] == refusals[0].replace('backbone.', '')


def test_a_delta_that_does_not_fit_is_refused_before_a_base_is_read(tmp_path):
    delta = delta_state_dict(build_model(cls_config(tmp_path)))
    config = cls_config(tmp_path, tuner=dict(PROMPTS, num_tokens=5))
    (tmp_path / 'base.pth').unlink()
    with pytest.raises(ValueError, match='does not fit the model'):
        MODELS.build(config.model).load_state_dict(delta)


@pytest.mark.parametrize('dtype', [torch.int8, torch.bool, torch.complex64])
def test_numbers_of_another_kind_are_refused(tmp_path, dtype):
    model = build_model(cls_config(tmp_path))
    delta = delta_state_dict(model)
    name = 'backbone.tuner.prompts.0'
    with pytest.raises(ValueError, match=rf'{name}: {dtype} in the delta, torch.float32 in the model'):
        apply_delta(model, delta | {name: delta[name].to(dtype)})
    apply_delta(model, delta | {name: delta[name].half()})


class Detector(nn.Module):
    """A head of detection: one class more, for the background."""

    def __init__(self, num_classes, prompts):
        super().__init__()
        self.num_classes = num_classes
        self.fc_cls = nn.Linear(4, num_classes + 1)
        self.prompts = nn.Parameter(torch.zeros(prompts, 4))


def test_classes_explain_a_shape_that_has_to_do_with_them_and_no_other():
    models = [nn.ModuleDict(dict(head=Detector(*sizes))) for sizes in ((80, 2), (20, 5))]
    with pytest.raises(ValueError) as error:
        require_fit(models[0], models[0].state_dict(), models[1].state_dict())
    explained = '  head was trained for 20 classes; this one has num_classes=80.'
    assert str(error.value).splitlines() == [
        'The delta does not fit the model.',
        'head.fc_cls.bias: (21,) in the delta, (81,) in the model.',
        explained,
        'head.fc_cls.weight: (21, 4) in the delta, (81, 4) in the model.',
        explained,
        'head.prompts: (5, 4) in the delta, (2, 4) in the model.',
        'Use the config that the delta was trained with.',
    ]

"""A file that is a delta by its metadata is read as a delta, or refused by name, whatever reads it."""

from __future__ import annotations

import pytest
import torch
from mmengine.runner import load_checkpoint

from mmvpt.engine import apply_delta, read_delta, save_delta
from mmvpt.files.read import read_checkpoint
from mmvpt.files.write import write_safetensors
from tests.engine.tiny import build_model, cls_config

FINGERPRINT = 'backbone.base_fingerprint'
PROMPT = 'backbone.tuner.prompts.0'


@pytest.fixture(scope='module')
def model_and_delta(tmp_path_factory):
    folder = tmp_path_factory.mktemp('kind')
    model = build_model(cls_config(folder))
    save_delta(folder / 'delta.safetensors', model)
    content = read_checkpoint(folder / 'delta.safetensors')
    return model, content['state_dict'], content['meta']


WRONG = {
    'a newer format': (lambda state, meta: meta.update(format=99), r'format 99, .* pip install -U mmvpt'),
    'a format of text': (lambda state, meta: meta.update(format='1'), "format is '1', not a whole number"),
    'a format below the first': (lambda state, meta: meta.update(format=0), "format is '0', not a whole number"),
    'no metadata of ours': (
        lambda state, meta: meta.update(num_trained=None),
        "num_trained is 'None', not a whole number",
    ),
    'no version': (lambda state, meta: meta.pop('mmvpt_version'), 'its metadata have no mmvpt_version'),
    'no fingerprint in its metadata': (lambda state, meta: meta.pop('base_fingerprint'), 'have no base_fingerprint'),
    'another fingerprint in its metadata': (
        lambda state, meta: meta.update(base_fingerprint={'backbone.': '0' * 64}),
        'tell of another base than its tensors',
    ),
    'classes that are numbers': (
        lambda state, meta: meta.update(dataset_meta=dict(classes=[[1], [2]])),
        'dataset_meta is',
    ),
    'versions that are numbers': (lambda state, meta: meta.update(versions=dict(torch=2)), 'versions is'),
    'no fingerprint': (lambda state, meta: state.pop(FINGERPRINT), 'no tensor in it is a base_fingerprint'),
    'no tensors': (lambda state, meta: state.clear(), 'no tensor'),
    'a fingerprint of floats': (
        lambda state, meta: state.update({FINGERPRINT: torch.zeros(32)}),
        rf'{FINGERPRINT} is no fingerprint: torch\.float32 of \(32,\)',
    ),
    'a short fingerprint': (
        lambda state, meta: state.update({FINGERPRINT: torch.zeros(31, dtype=torch.uint8)}),
        rf'{FINGERPRINT} is no fingerprint: torch\.uint8 of \(31,\)',
    ),
    'NaN': (lambda state, meta: state[PROMPT].fill_(float('nan')), rf'{PROMPT} holds NaN or infinity'),
    'infinity': (lambda state, meta: state[PROMPT].view(-1)[3].fill_(-float('inf')), rf'{PROMPT} holds NaN'),
}


@pytest.mark.parametrize('how', WRONG)
@pytest.mark.parametrize('resume', [False, True])
def test_a_wrong_delta_is_refused_by_every_reader(model_and_delta, tmp_path, how: str, resume: bool) -> None:
    model, state, meta = model_and_delta
    state, meta = {name: tensor.clone() for name, tensor in state.items()}, dict(meta)
    change, message = WRONG[how]
    change(state, meta)
    path = tmp_path / ('x.pth' if resume else 'x.safetensors')
    if resume:
        torch.save(dict(state_dict=state, meta=dict(mmvpt_delta=meta)), path)
    else:
        write_safetensors(path, state, meta)
    for read in (read_delta, lambda path: load_checkpoint(model, str(path))):
        with pytest.raises(ValueError, match=rf'^{path}: .*{message}'):
            read(path)


def test_what_does_not_fit_the_model_is_said_with_the_name_of_the_file(model_and_delta, tmp_path) -> None:
    model, state, meta = model_and_delta
    other = {**state, FINGERPRINT: torch.zeros(32, dtype=torch.uint8)}
    write_safetensors(tmp_path / 'other.safetensors', other, {**meta, 'base_fingerprint': {'backbone.': '00' * 32}})
    with pytest.raises(ValueError, match=r'other\.safetensors: This delta was trained on another base'):
        load_checkpoint(model, str(tmp_path / 'other.safetensors'))
    write_safetensors(tmp_path / 'more.safetensors', {**state, 'backbone.tuner.more': torch.ones(1)}, meta)
    with pytest.raises(ValueError, match=r'(?s)more\.safetensors: The delta does not fit .*tuner\.more'):
        load_checkpoint(model, str(tmp_path / 'more.safetensors'))
    with pytest.raises(ValueError, match=r'(?s)more\.safetensors: The delta does not fit .*tuner\.more'):
        apply_delta(model, read_delta(tmp_path / 'more.safetensors')['state_dict'])


def test_weights_of_others_are_left_alone(tmp_path) -> None:
    model = build_model(cls_config(tmp_path))
    weights = {**model.state_dict(), 'head.fc.bias': torch.full((3,), float('nan'))}
    torch.save(dict(state_dict=weights, meta=dict(format='theirs')), tmp_path / 'plain.pth')
    load_checkpoint(model, str(tmp_path / 'plain.pth'))
    assert model.head.fc.bias.isnan().all()


@pytest.mark.parametrize(
    ('change', 'told'),
    [
        (lambda state: state.update({'neck.more': torch.ones(1)}), 'Unknown to the model: neck.more'),
        (
            lambda state: state.update({'head.fc.bias': state['head.fc.bias'].long()}),
            'head.fc.bias: torch.int64',
        ),
        (lambda state: state.pop('head.fc.bias'), 'Missing in the delta: head.fc.bias'),
    ],
    ids=['unknown', 'integers', 'missing'],
)
def test_tools_of_the_hosts_load_no_delta_that_does_not_fit(model_and_delta, tmp_path, change, told) -> None:
    model, state, meta = model_and_delta
    state = dict(state)
    change(state)
    write_safetensors(tmp_path / 'other.safetensors', state, meta)
    with pytest.raises(ValueError, match=rf'(?s)other\.safetensors: .*{told}'):
        load_checkpoint(model, str(tmp_path / 'other.safetensors'))

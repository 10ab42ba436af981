"""A pruned model starts where the whole one started, or afresh."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmvpt.engine import apply_delta, read_delta
from mmvpt.files.read import read_checkpoint, read_metadata
from mmvpt.files.write import write_safetensors
from mmvpt.pruning import Scores
from mmvpt.pruning.run import describe_keep, prune, score
from tests.engine.tiny import build_model, cls_config, train

E2VPT = [dict(type='mmvpt.DeepPrompts', num_tokens=4), dict(type='mmvpt.KeyValuePrompts', num_tokens=2)]


@pytest.fixture(scope='module')
def whole(tmp_path_factory) -> Path:
    """A trained model that kept its start, and its scores."""
    folder = tmp_path_factory.mktemp('whole')
    config = cls_config(folder, tuner=E2VPT)
    config.default_hooks.delta.save_start = True
    runner = train(config)
    runner.cfg.dump(folder / 'config.py')
    score(str(folder / 'config.py'), str(folder / 'work' / 'epoch_2.safetensors'), folder / 'scores.safetensors')
    return folder


def prune_it(whole: Path, out: Path, **changes) -> list:
    options = dict(tokens=50, segments=30, start=whole / 'work' / 'start.safetensors')
    return prune(str(whole / 'config.py'), whole / 'scores.safetensors', out, **{**options, **changes})


def test_the_start_is_what_the_run_began_with(whole) -> None:
    config = Config.fromfile(whole / 'config.py')
    start = read_delta(whole / 'work' / 'start.safetensors')
    assert (start['meta']['epoch'], start['meta']['iter']) == (0, 0)
    trained = read_delta(whole / 'work' / 'epoch_2.safetensors')['state_dict']
    model = build_model(config)
    apply_delta(model, start['state_dict'])
    deep, _ = model.backbone.tuner
    prompts = start['state_dict']['backbone.tuner.0.prompts.0']
    assert prompts.abs().max() <= deep.bound
    assert not torch.equal(prompts, trained['backbone.tuner.0.prompts.0'])


def test_a_rewound_model_has_what_is_left_of_the_start_and_all_else_of_it(whole, tmp_path) -> None:
    kept = prune_it(whole, tmp_path)
    start = read_checkpoint(whole / 'work' / 'start.safetensors')['state_dict']
    rewound = read_checkpoint(tmp_path / 'start.safetensors')
    config = Config.fromfile(tmp_path / 'config.py')
    keep = config.model.backbone.tuner[0].keep
    for index, block in enumerate(keep):
        mine = rewound['state_dict'].pop(f'backbone.tuner.0.prompts.{index}')
        tokens = start.pop(f'backbone.tuner.0.prompts.{index}')[block['tokens']].view(2, 8, 4)
        bits = torch.tensor([[bit == '1' for bit in row] for row in block['segments']])
        assert torch.equal(mine, tokens[bits])
    assert all(torch.equal(value, start[name]) for name, value in rewound['state_dict'].items())
    assert rewound['state_dict'].keys() == start.keys()
    assert (
        describe_keep(Scores.read(whole / 'scores.safetensors'), kept)
        == 'Of 4 tokens in each of 2 blocks 2 to 2 are left, 92 of 256 parameters.'
    )
    whole_count = read_metadata(whole / 'work' / 'start.safetensors')['num_trained']
    assert whole_count - rewound['meta']['num_trained'] == 256 - 92


def test_a_token_that_lost_all_of_its_segments_is_counted_and_trains(whole, tmp_path) -> None:
    kept = prune_it(whole, tmp_path, tokens=0, segments=90)
    zeros = sum('1' not in row for block in kept for row in block['segments'])
    assert zeros
    text = describe_keep(Scores.read(whole / 'scores.safetensors'), kept)
    assert text.endswith(f'28 of 256 parameters. Without a segment, as zeros: {zeros} tokens.')
    config = Config.fromfile(tmp_path / 'config.py')
    config.work_dir = str(tmp_path / 'work')
    train(config)
    first, last = (
        read_checkpoint(tmp_path / 'work' / name)['state_dict'] for name in ('start.safetensors', 'epoch_2.safetensors')
    )
    prompts = [name for name in first if 'tuner.0.prompts' in name]
    assert all(last[name].isfinite().all() and not torch.equal(last[name], first[name]) for name in prompts)


def test_the_floor_reaches_what_is_kept(whole, tmp_path) -> None:
    kept = prune_it(whole, tmp_path, tokens=0, segments=90, segment_floor=0.5)
    assert [[row.count('1') for row in block['segments']] for block in kept] == [[4] * 4] * 2


def test_a_pruned_model_trains_from_its_start_and_its_delta_says_so(whole, tmp_path) -> None:
    prune_it(whole, tmp_path)
    config = Config.fromfile(tmp_path / 'config.py')
    assert config.load_from == str(tmp_path / 'start.safetensors')
    config.work_dir = str(tmp_path / 'work')
    train(config)
    start, end = (read_checkpoint(tmp_path / name) for name in ('start.safetensors', 'work/epoch_2.safetensors'))
    first = read_checkpoint(tmp_path / 'work' / 'start.safetensors')['state_dict']
    assert all(torch.equal(value, start['state_dict'][name]) for name, value in first.items())
    assert not any(
        torch.equal(value, start['state_dict'][name]) for name, value in end['state_dict'].items() if 'prompts' in name
    )
    assert end['meta']['num_trained'] == start['meta']['num_trained']
    assert end['meta']['model']['backbone'] == start['meta']['model']['backbone']


def test_a_fresh_start_needs_no_file(whole, tmp_path) -> None:
    prune_it(whole, tmp_path, start=None)
    assert Config.fromfile(tmp_path / 'config.py').get('load_from') is None
    assert not (tmp_path / 'start.safetensors').exists()


def test_rewinding_without_a_saved_start_is_refused(whole, tmp_path) -> None:
    with pytest.raises(
        FileNotFoundError, match=r'no saved start at .*save_start=True.* or start the pruned model afresh'
    ):
        prune_it(whole, tmp_path, start=tmp_path / 'start.safetensors')


@pytest.mark.parametrize(('key', 'title'), [('base_fingerprint', 'base'), ('model', 'config of the model')])
def test_scores_of_another_model_are_refused(whole, tmp_path, key: str, title: str) -> None:
    scores = Scores.read(whole / 'scores.safetensors')
    scores.meta[key] = {'backbone.': 'ff' * 32}
    scores.save(tmp_path / 'other.safetensors')
    with pytest.raises(ValueError, match=rf'it is of another model: the {title} differs'):
        prune(
            str(whole / 'config.py'),
            tmp_path / 'other.safetensors',
            tmp_path,
            tokens=10,
            segments=10,
            start=whole / 'work' / 'start.safetensors',
        )
    assert not (tmp_path / 'config.py').exists()


def test_scores_of_another_config_are_refused_without_a_start_too(whole, tmp_path) -> None:
    longer = {'model.backbone.tuner': [dict(type='mmvpt.DeepPrompts', num_tokens=6)]}
    with pytest.raises(ValueError, match=r"scores\.safetensors: it is of .*'num_tokens': 4.*'num_tokens': 6"):
        prune_it(whole, tmp_path / 'out', start=None, cfg_options=longer)
    assert not (tmp_path / 'out').exists()
    moved = {'model.backbone.backbone.init_cfg.checkpoint': 'elsewhere.pth'}
    assert prune_it(whole, tmp_path / 'out', start=None, cfg_options=moved)


def test_a_start_that_is_no_delta_is_refused(whole, tmp_path) -> None:
    write_safetensors(tmp_path / 'plain.safetensors', dict(weight=torch.ones(1)), {})
    with pytest.raises(ValueError, match='is no delta'):
        prune_it(whole, tmp_path, start=tmp_path / 'plain.safetensors')


@pytest.mark.parametrize('part', ['head', 'backbone'])
def test_nothing_that_a_file_says_of_its_model_is_built(whole, tmp_path, part: str) -> None:
    """Scores and start that agree with each other, and not with the config."""
    evil = dict(type='os.mkdir', path=str(tmp_path / 'canary'))
    for name in ('scores.safetensors', 'work/start.safetensors'):
        content = read_checkpoint(whole / name)
        changed = content['meta']['model'] if part == 'head' else content['meta']['model']['backbone']['backbone']
        changed['head' if part == 'head' else 'init_cfg'] = evil
        write_safetensors(tmp_path / name, content['state_dict'], content['meta'])
    options = dict(tokens=50, segments=30, start=tmp_path / 'work' / 'start.safetensors')
    with pytest.raises(ValueError, match=r"scores\.safetensors and .*start\.safetensors: it is of .*'?os\.mkdir"):
        prune(str(whole / 'config.py'), tmp_path / 'scores.safetensors', tmp_path / 'out', **options)
    assert not (tmp_path / 'canary').exists()
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('rest', [None, 0, 3])
def test_a_start_without_the_prompts_of_its_config_is_refused(whole, tmp_path, rest: int | None) -> None:
    content = read_delta(whole / 'work' / 'start.safetensors')
    prompts = content['state_dict'].pop('backbone.tuner.0.prompts.1')
    if rest is not None:
        content['state_dict']['backbone.tuner.0.prompts.1'] = prompts[:rest].contiguous()
    write_safetensors(tmp_path / 'start.safetensors', content['state_dict'], content['meta'])
    with pytest.raises(ValueError, match=r'start\.safetensors: .*prompts\.1.*; the config has 4 prompts\. Give'):
        prune_it(whole, tmp_path / 'out', start=tmp_path / 'start.safetensors')

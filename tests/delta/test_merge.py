"""Deltas in the hosts' own tools: as they are to evaluate, merged into a plain checkpoint to infer."""

import json
import runpy
import sys
from pathlib import Path
from uuid import uuid4

import mmpretrain
import mmseg
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from mmpretrain import ImageClassificationInferencer
from mmseg.apis import inference_model, init_model
from torch.testing import assert_close

from mmvpt.config.open import open_config
from mmvpt.engine import merge_delta, save_delta
from mmvpt.files.read import read_checkpoint
from tests.engine.conftest import short_runs  # noqa: F401  applies to every test here
from tests.engine.tiny import cls_config, seg_config, train, write_base

OURS = Path(__file__).resolve().parents[2] / 'tools' / 'merge_delta.py'
STOCK = {
    'mmseg': (seg_config, Path(mmseg.__file__).parent / '.mim' / 'tools' / 'test.py', 'iter_4'),
    'mmpretrain': (cls_config, Path(mmpretrain.__file__).parent / '.mim' / 'tools' / 'test.py', 'epoch_2'),
}


@pytest.fixture
def run(monkeypatch):
    """Run a tool in this process."""
    monkeypatch.setenv('LOCAL_RANK', '0')

    def run_tool(path, *arguments):
        monkeypatch.setattr(sys, 'argv', [path.name, *map(str, arguments)])
        runpy.run_path(str(path), run_name='__main__')

    return run_tool


@pytest.fixture(params=STOCK)
def trained(request, tmp_path):
    """A host's test tool, a config file, and the stem of a delta trained with it."""
    make_config, tool, stem = STOCK[request.param]
    return tool, tmp_path / 'config.json', tmp_path / 'work' / stem, write_and_train(make_config, tmp_path)


def write_and_train(make_config, folder):
    config = make_config(folder, experiment_name=uuid4().hex)  # runners of one process share what has one name
    config.dump(folder / 'config.json')
    return train(config)


def train_and_merge(make_config, stem, run, folder):
    runner = write_and_train(make_config, folder)
    run(OURS, folder / 'config.json', folder / 'work' / f'{stem}.safetensors', folder / 'merged.pth')
    return runner


def measured(work_dir):
    (path,) = Path(work_dir).glob('*/*.json')
    metrics = json.loads(path.read_text())
    return {name: value for name, value in metrics.items() if not name.endswith('time')}


@pytest.mark.parametrize('suffix', ['.safetensors', '.pth'])
def test_the_hosts_test_tool_measures_a_delta_as_the_end_of_training_did(trained, run, tmp_path, suffix):
    tool, config, stem, runner = trained
    run(tool, config, stem.with_suffix(suffix), '--work-dir', tmp_path / 'test')
    metrics = measured(tmp_path / 'test')
    assert metrics
    assert metrics == {name: runner.message_hub.get_scalar(f'val/{name}').current() for name in metrics}


def test_a_merged_checkpoint_is_plain_and_measures_the_same(trained, run, tmp_path):
    tool, config, stem, runner = trained
    run(OURS, config, stem.with_suffix('.safetensors'), tmp_path / 'merged.pth')
    merged = read_checkpoint(tmp_path / 'merged.pth')
    state = runner.model.state_dict()
    assert merged['state_dict'].keys() == state.keys()
    assert all(torch.equal(merged['state_dict'][name], state[name]) for name in state)
    assert merged['meta']['dataset_meta']['classes'] == list(runner.train_dataloader.dataset.metainfo['classes'])

    run(tool, config, tmp_path / 'merged.pth', '--work-dir', tmp_path / 'test')
    metrics = measured(tmp_path / 'test')
    assert metrics == {name: runner.message_hub.get_scalar(f'val/{name}').current() for name in metrics}


def test_the_inference_api_of_mmseg_runs_a_merged_checkpoint_without_the_base(run, tmp_path):
    runner = train_and_merge(seg_config, 'iter_4', run, tmp_path)
    (tmp_path / 'base.pth').unlink()
    model = init_model(str(tmp_path / 'config.json'), str(tmp_path / 'merged.pth'), device='cpu')
    assert model.dataset_meta['palette'][0] == [120, 120, 120]
    for sample in runner.val_dataloader:
        (expected, *_) = runner.model.eval().test_step(sample)
        prediction = inference_model(model, expected.img_path)
        assert_close(prediction.seg_logits.data, expected.seg_logits.data)


def test_the_inferencer_of_mmpretrain_runs_a_merged_checkpoint_without_the_base(run, tmp_path):
    runner = train_and_merge(cls_config, 'epoch_2', run, tmp_path)
    config = Config.fromfile(tmp_path / 'config.json')
    config.model.backbone.backbone.init_cfg = None
    model = mmpretrain.get_model(config, str(tmp_path / 'merged.pth'), device='cpu')
    infer = ImageClassificationInferencer(model)
    for sample in runner.val_dataloader:
        (expected, *_) = runner.model.eval().test_step(sample)
        (prediction,) = infer(expected.img_path)
        assert_close(prediction['pred_scores'], expected.pred_score.detach().numpy())
        assert prediction['pred_class'] == f'class{expected.pred_label.item()}'


def test_a_delta_of_another_base_is_not_merged(run, tmp_path):
    train_and_merge(cls_config, 'epoch_2', run, tmp_path)
    (tmp_path / 'merged.pth').unlink()
    write_base(tmp_path / 'base.pth', seed=1)
    with pytest.raises(SystemExit, match='epoch_2.safetensors: .*trained on another base'):
        run(OURS, tmp_path / 'config.json', tmp_path / 'work' / 'epoch_2.safetensors', tmp_path / 'merged.pth')
    assert not (tmp_path / 'merged.pth').exists()


def test_a_delta_of_a_config_of_ours_is_merged_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = open_config('mmvpt::setr_vpt_mini_vtab')
    init_default_scope(config.default_scope)
    state = MODELS.build(config.model.backbone.backbone).state_dict()
    base = Path(config.model.backbone.init_cfg.checkpoint)
    base.parent.mkdir(parents=True)
    torch.save(dict(state_dict={f'backbone.{name}': value for name, value in state.items()}), base)
    model = MODELS.build(config.model)
    model.init_weights()
    save_delta('delta.safetensors', model)
    merge_delta('mmvpt::setr_vpt_mini_vtab', 'delta.safetensors', 'merged.pth')
    merged = read_checkpoint('merged.pth')['state_dict']
    assert all(torch.equal(merged[name], value) for name, value in model.state_dict().items())

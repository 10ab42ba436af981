"""Hooks that save, guard, report and check."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.hooks import EMAHook, Hook

from mmvpt.engine.hooks.report import format_parameters
from mmvpt.files.read import read_checkpoint, read_metadata
from mmvpt.registry import HOOKS as REGISTRY

from .dense import protuned_segmentor
from .tiny import PROMPTS, build_model, cls_config, make_runner, seg_config, train


def log_of(runner):
    (log,) = Path(runner.log_dir).glob('*.log')
    return log.read_text()


# ------------------------------------------------------------------------------------------------ DeltaCheckpointHook


def test_resume_files_hold_the_delta_and_deployment_files_stand_beside_them(tmp_path):
    checkpoint = {
        'default_hooks.checkpoint': dict(
            type='CheckpointHook', by_epoch=False, interval=1, max_keep_ckpts=2, save_best='mIoU'
        )
    }
    runner = train(seg_config(tmp_path, **checkpoint))
    work = tmp_path / 'work'
    stems = ['best_mIoU_iter_4', 'iter_3', 'iter_4']
    assert sorted(path.name for path in work.iterdir() if path.suffix in ('.pth', '.safetensors')) == sorted(
        f'{stem}{suffix}' for stem in stems for suffix in ('.pth', '.safetensors')
    )
    for stem in stems:
        resume, deployed = (
            read_checkpoint(work / f'{stem}{suffix}')['state_dict'] for suffix in ('.pth', '.safetensors')
        )
        assert resume.keys() == deployed.keys()
        assert not [name for name in resume if name.startswith('backbone.backbone')]
        assert all(torch.equal(resume[name], deployed[name]) for name in resume)
    metadata = read_metadata(work / 'iter_4.safetensors')
    assert (metadata['iter'], metadata['format']) == (4, 1)
    assert metadata['model']['decode_head']['num_classes'] == len(metadata['dataset_meta']['classes']) == 150
    assert metadata['num_trained'] == sum(p.numel() for p in runner.model.parameters() if p.requires_grad)


@pytest.mark.parametrize('make', [seg_config, protuned_segmentor])
def test_averaged_weights_are_saved_and_resumed_as_deltas(tmp_path, make):
    hooks = [dict(type='EMAHook', momentum=0.5)]
    whole = train(make(tmp_path, custom_hooks=hooks))
    middle = tmp_path / 'work' / 'iter_2.pth'
    saved = read_checkpoint(middle)
    assert {name.removeprefix('module.') for name in saved['ema_state_dict']} - {'steps'} == saved['state_dict'].keys()
    resumed = train(
        make(tmp_path, custom_hooks=hooks, resume=True, load_from=str(middle), work_dir=str(tmp_path / 'resumed'))
    )
    for mine, theirs in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    last = [read_checkpoint(tmp_path / folder / 'iter_4.pth')['state_dict'] for folder in ('work', 'resumed')]
    assert all(torch.equal(last[0][name], last[1][name]) for name in last[0])


def test_the_average_of_a_pro_tuned_model_has_prompt_blocks_of_its_own(tmp_path):
    runner = train(protuned_segmentor(tmp_path, custom_hooks=[dict(type='EMAHook', momentum=0.5)]))
    (average,) = (hook.ema_model.module for hook in runner.hooks if isinstance(hook, EMAHook))
    images = torch.randn(1, 3, 32, 32)
    before, own = average.eval()(images), runner.model.eval()(images)
    assert not torch.equal(before, own)
    for param in runner.model.backbone.tuner.parameters():
        param.data.normal_()
    assert torch.equal(average(images), before)
    assert not torch.equal(runner.model(images), own)


def test_a_delta_loads_without_a_warning_of_missing_keys(tmp_path):
    train(seg_config(tmp_path))
    runner = make_runner(seg_config(tmp_path, load_from=str(tmp_path / 'work' / 'iter_4.safetensors')))
    runner.test()
    assert 'do not match exactly' not in log_of(runner)
    assert 'missing keys' not in log_of(runner)


def test_a_delta_that_does_not_fit_stops_a_run(tmp_path):
    train(seg_config(tmp_path))
    path = str(tmp_path / 'work' / 'iter_4.pth')
    runner = make_runner(seg_config(tmp_path, tuner=dict(PROMPTS, num_tokens=3), load_from=path))
    with pytest.raises(ValueError, match=r'backbone.tuner.prompts.0: .* in the delta'):
        runner.test()


def test_a_deployment_file_cannot_be_resumed_from(tmp_path):
    train(seg_config(tmp_path))
    with pytest.raises(ValueError, match='Resume from the .pth next to it'):
        train(seg_config(tmp_path, resume=True, load_from=str(tmp_path / 'work' / 'iter_4.safetensors')))


def test_a_pickle_of_unknown_types_is_not_loaded(tmp_path):
    config = seg_config(tmp_path, load_from=str(tmp_path / 'foreign.pth'))
    torch.save(dict(state_dict={}, meta=dict(where=Path('.'))), tmp_path / 'foreign.pth')
    with pytest.raises(ValueError, match='pass --allow-pickle'):
        make_runner(config).test()


# ---------------------------------------------------------------------------------------------------- MemoryCheckHook


def test_prompts_that_memory_cannot_hold_for_a_batch_stop_a_run(tmp_path, monkeypatch):
    monkeypatch.setattr('mmvpt.models.memory.total_memory', lambda: 1000)
    with pytest.raises(ValueError, match=r'take at least 0.0 GiB for a batch of 2 images.*Take fewer prompts'):
        train(seg_config(tmp_path))


# ---------------------------------------------------------------------------------------------------------- GuardHook


@REGISTRY.register_module()
class TouchFrozen(Hook):
    def after_train_iter(self, runner, **_):
        runner.model.backbone.backbone.cls_token.data.add_(1e-3)


def test_a_touched_frozen_tensor_fails_the_run(tmp_path):
    with pytest.raises(RuntimeError, match='Frozen, yet changed during training: backbone.backbone.cls_token. '):
        train(seg_config(tmp_path, custom_hooks=[dict(type='mmvpt.TouchFrozen')]))


def test_a_group_that_never_moves_fails_the_run(tmp_path):
    rules = dict(tuner=dict(lr_mult=0.0, decay_mult=0.0))
    with pytest.raises(RuntimeError, match='Meant to train, yet never moved: backbone.tuner.prompts. '):
        train(seg_config(tmp_path, **{'optim_wrapper.paramwise_cfg': rules}))


def test_a_resumed_run_is_judged_from_its_beginning(tmp_path):
    still_in_epoch_2 = dict(param_scheduler=[dict(type='MultiStepLR', milestones=[1], gamma=0.0)])
    train(cls_config(tmp_path, **still_in_epoch_2))
    train(cls_config(tmp_path, **still_in_epoch_2, resume=True, load_from=str(tmp_path / 'work' / 'epoch_1.pth')))


@REGISTRY.register_module()
class WakeParts(Hook):
    def before_train_iter(self, runner, **_):
        for module in runner.model.modules():  # as a wrapper may, part by part
            module.training = True


def test_a_frozen_module_in_train_mode_fails_the_run_before_it_harms(tmp_path):
    with pytest.raises(RuntimeError, match=r'in train mode: backbone.backbone.*call train\(\) on the complete model'):
        train(seg_config(tmp_path, custom_hooks=[dict(type='mmvpt.WakeParts')]))


# --------------------------------------------------------------------------------------------------------- ReportHook


def test_the_report_counts_each_part(tmp_path):
    table = format_parameters(build_model(cls_config(tmp_path)))
    assert [line.split() for line in table.splitlines()] == [
        ['part', 'trained', 'total', '%'],
        ['backbone.backbone', '0', '23,904', '0.00'],
        ['backbone.tuner', '128', '128', '100.00'],
        ['head', '99', '99', '100.00'],
        ['all', '227', '24,131', '0.94'],
    ]


def test_the_report_begins_with_what_was_bound_where(tmp_path):
    log = log_of(train(cls_config(tmp_path)))
    assert 'Bindings of backbone:' in log
    assert re.search(r'DeepPrompts +extend +layers.0-1.attn +2 of 2x32 +128', log)


def test_the_report_ends_with_memory_time_and_metric(tmp_path):
    log = log_of(train(cls_config(tmp_path)))
    assert log.count('backbone.tuner ') == 2
    for line in ('Peak memory ', 'Seconds per iteration 0.', 'accuracy/top1 '):
        assert line in log


# ------------------------------------------------------------------------------------------------------ DataCheckHook


@pytest.mark.parametrize(
    'make, key, named',
    [
        (seg_config, 'model.decode_head', 'decode_head has num_classes=7, the data set 150'),
        (cls_config, 'model.head', 'head has num_classes=7, the data set 3'),
    ],
)
def test_classes_of_head_and_data_set_must_agree(tmp_path, make, key, named):
    with pytest.raises(ValueError, match=named):
        train(make(tmp_path, **{f'{key}.num_classes': 7}))


def test_ids_outside_the_classes_are_named_with_their_file(tmp_path):
    config = seg_config(tmp_path)
    for path in sorted((tmp_path / 'ade/annotations/training').iterdir()):
        cv2.imwrite(str(path), np.full((32, 32), 200, np.uint8))
    with pytest.raises(
        ValueError, match=r'annotations/training/000\d.png: the label map has ids \[199\] outside the 150'
    ):
        train(config)


@pytest.mark.parametrize('workers', [0, 1])
@pytest.mark.parametrize('backend', ['cv2', 'pillow'])
def test_a_corrupt_image_is_named(tmp_path, workers, backend):
    config = seg_config(tmp_path, **{'train_dataloader.num_workers': workers})
    config.train_dataloader.dataset.pipeline[0].imdecode_backend = backend
    for path in (tmp_path / 'ade/images/training').iterdir():
        path.write_bytes(b'not an image')
    with pytest.raises(
        ValueError, match=r'ade/images/training/000\d.jpg, .*cannot be loaded: .* is damaged, repair it'
    ):
        train(config)


def test_a_corrupt_image_of_the_validation_is_named(tmp_path):
    config = seg_config(tmp_path)
    (tmp_path / 'ade/images/validation/0003.jpg').write_bytes(b'')
    with pytest.raises(ValueError, match='images/validation/0003.jpg, .*cannot be loaded'):
        train(config)

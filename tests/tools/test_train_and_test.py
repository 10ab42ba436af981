"""``tools/train.py`` and ``tools/test.py``: the flags that users of OpenMMLab know, on tiny tuned models."""

import os
import pickle
import runpy
import sys
from pathlib import Path
from uuid import uuid4

import pytest
import torch
from mmengine.config import Config
from mmengine.fileio import load

from mmvpt.config import packages
from mmvpt.config.open import open_config
from mmvpt.engine import launch
from mmvpt.engine.resume.find import find_latest_checkpoint
from mmvpt.env import versions
from tests.engine.tiny import cls_config, seg_config

TOOLS = Path(__file__).resolve().parents[2] / 'tools'


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a tool in this process and in ``tmp_path``, and return its global names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('LOCAL_RANK', '0')

    def run_tool(name, *arguments):
        flag = [] if '--cfg-options' in arguments else ['--cfg-options']
        unique = f'experiment_name={uuid4().hex}'  # runners of one process share what has the same name
        monkeypatch.setattr(sys, 'argv', [name, *map(str, arguments), *flag, unique])
        return runpy.run_path(str(TOOLS / name))['main']()

    return run_tool


def _write(make_config, folder, **changes):
    config = make_config(folder, **changes)
    path = folder / f'{config.default_scope}.py'
    config.dump(path)
    return path


def _cut_short(path):
    path.write_bytes(path.read_bytes()[:-100])


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """A trained segmentor: its config, its delta, and the metrics measured at the end of training."""
    folder = tmp_path_factory.mktemp('trained')
    path = _write(seg_config, folder)
    config = Config.fromfile(path)
    config.tta_model = dict(type='SegTTAModel')
    flips = [dict(type='RandomFlip', prob=0.0), dict(type='RandomFlip', prob=1.0)]
    pack = [dict(type='PackSegInputs')]
    views = [flips, [dict(type='LoadAnnotations')], pack]
    config.tta_pipeline = [dict(type='LoadImageFromFile'), dict(type='TestTimeAug', transforms=views)]
    config.dump(path)
    runner = launch.train(str(path))
    return path, Path(runner.work_dir) / 'iter_4.safetensors', runner.message_hub.get_scalar('val/mIoU').current()


def test_a_delta_evaluates_to_the_last_digit_as_at_the_end_of_training(trained, run, capsys):
    config, delta, expected = trained
    metrics = run('test.py', config, delta)
    assert metrics['mIoU'] == expected
    assert f'mIoU: {expected}' in capsys.readouterr().out


def test_tta_averages_over_flipped_images(trained, run):
    config, delta, expected = trained
    metrics = run('test.py', config, delta, '--tta')
    assert 0 <= metrics['mIoU'] <= 100
    assert metrics['mIoU'] != expected


def test_show_dir_holds_drawn_predictions(trained, run, tmp_path):
    config, delta, _ = trained
    run('test.py', config, delta, '--show-dir', tmp_path / 'drawn')
    assert len(list((tmp_path / 'drawn').rglob('*.png'))) == 8


def test_out_holds_label_maps_of_a_segmentor(trained, run, tmp_path):
    config, delta, _ = trained
    run('test.py', config, delta, '--out', tmp_path / 'maps')
    assert len(list((tmp_path / 'maps').glob('*.png'))) == 8


def test_out_holds_predictions_of_a_classifier(run, tmp_path):
    config = _write(cls_config, tmp_path)
    runner = launch.train(str(config))
    delta = Path(runner.work_dir) / 'epoch_2.safetensors'
    metrics = run('test.py', config, delta, '--out', tmp_path / 'predictions.pkl')
    assert metrics['accuracy/top1'] == runner.message_hub.get_scalar('val/accuracy/top1').current()
    assert len(pickle.loads((tmp_path / 'predictions.pkl').read_bytes())) == 12
    assert 'accuracy/top1' in run('test.py', config, delta, '--tta')
    run('test.py', config, delta, '--show-dir', tmp_path / 'drawn')
    assert len(list((tmp_path / 'drawn').rglob('*.png'))) == 4  # named by mmpretrain, the same in each class's folder
    with pytest.raises(SystemExit, match='cannot draw augmented images'):
        run('test.py', config, delta, '--tta', '--show-dir', tmp_path / 'drawn')


@pytest.mark.parametrize(
    ('options', 'error'),
    [
        ('--out there', r'--out there: the name of a file for pred must end in \.pkl, \.pickle'),
        ('--out there.txt --out-item metrics', r'file for metrics must end in \.json, \.yml, \.yaml, \.pkl'),
        ('--out-item metrics', '--out-item metrics says what to write, but not where. Add --out'),
        ('--interval 2', '--interval is of drawn predictions. Add --show-dir'),
        ('--interval 0 --show-dir drawn', '--interval 0: one of so many predictions is drawn, so it is 1 or more'),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_evaluation(options, error, run, tmp_path):
    config = _write(cls_config, tmp_path)
    with pytest.raises(SystemExit, match=error):
        run('test.py', config, tmp_path / 'base.pth', *options.split())


def test_a_host_that_draws_every_prediction_refuses_an_interval(trained, run):
    config, delta, _ = trained
    with pytest.raises(SystemExit, match='mmseg draws every prediction while testing. Leave --interval out'):
        run('test.py', config, delta, '--show-dir', 'drawn', '--interval', 2)


@pytest.mark.parametrize('suffix', ['json', 'yml', 'pkl'])
def test_out_holds_the_metrics_where_asked(suffix, trained, run, tmp_path):
    config, delta, expected = trained
    metrics = run('test.py', config, delta, '--out', tmp_path / f'metrics.{suffix}', '--out-item', 'metrics')
    assert load(tmp_path / f'metrics.{suffix}') == metrics
    assert metrics['mIoU'] == expected


def test_one_of_so_many_predictions_is_drawn(run, tmp_path):
    config = _write(cls_config, tmp_path)
    run('test.py', config, tmp_path / 'base.pth', '--show-dir', tmp_path / 'drawn', '--interval', 11)
    assert len(list((tmp_path / 'drawn').rglob('*.png'))) == 2  # the first and the last of 12 images


def test_amp_evaluates_in_mixed_precision(run, tmp_path):
    config = _write(cls_config, tmp_path)
    for name, *options in (['whole.pkl'], ['mixed.pkl', '--amp']):
        torch.manual_seed(0)  # the head starts at random
        run('test.py', config, tmp_path / 'base.pth', '--out', tmp_path / name, *options)
    whole, mixed = (torch.stack([image['pred_score'] for image in load(name)]) for name in ('whole.pkl', 'mixed.pkl'))
    assert not torch.equal(mixed.float(), whole)
    torch.testing.assert_close(mixed.float(), whole, atol=0.02, rtol=0)  # bfloat16 has 8 bits


@pytest.mark.parametrize(
    ('tool', 'flags', 'pinned', 'kept'),
    [
        ('train.py', [], True, True),
        ('train.py', ['--no-pin-memory'], False, True),
        ('train.py', ['--no-persistent-workers'], True, False),
        ('test.py', [], True, True),
        ('test.py', ['--no-pin-memory'], False, True),
    ],
)
def test_loaders_obey_the_flags_and_else_their_config(tool, flags, pinned, kept, run, tmp_path, monkeypatch):
    loaders = [f'{split}_dataloader' for split in ('train', 'val', 'test')]
    wanted = dict(num_workers=1, pin_memory=True, persistent_workers=True)
    changes = {f'{loader}.{key}': value for loader in loaders for key, value in wanted.items()}
    config = _write(cls_config, tmp_path, **changes)
    built = []
    monkeypatch.setattr(launch, 'build_runner', lambda cfg, launcher: built.append(cfg) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(tool, config, *[tmp_path / 'base.pth'] * (tool == 'test.py'), *flags)
    found = [(built[0][loader].pin_memory, built[0][loader].persistent_workers) for loader in loaders]
    assert found == [(pinned, kept)] * 3


def test_tta_needs_its_model_in_the_config_of_a_segmentor(run, tmp_path):
    config = _write(seg_config, tmp_path)
    with pytest.raises(SystemExit, match='--tta needs `tta_model`, which .*mmseg.py does not define. The configs'):
        run('test.py', config, tmp_path / 'base.pth', '--tta')


def test_training_obeys_its_options(run, tmp_path):
    config = _write(seg_config, tmp_path)
    run('train.py', config, '--work-dir', 'elsewhere', '--no-validate', '--cfg-options', 'train_cfg.max_iters=2')
    assert (tmp_path / 'elsewhere' / 'iter_2.pth').is_file()
    assert not (tmp_path / 'elsewhere' / 'iter_4.pth').exists()


def test_resume_goes_on_from_the_newest_checkpoint_that_can_be_read(run, tmp_path, capsys):
    config = _write(seg_config, tmp_path)
    run('train.py', config)
    work = tmp_path / 'work'
    expected = torch.load(work / 'iter_4.pth', weights_only=False)['state_dict']
    _cut_short(work / 'iter_4.pth')
    (work / 'last_checkpoint').write_text('')
    run('train.py', config, '--resume')
    assert 'Resuming skips iter_4.pth' in capsys.readouterr().err
    found = torch.load(work / 'iter_4.pth', weights_only=False)['state_dict']
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_resume_from_an_empty_folder_starts_at_the_beginning(run, tmp_path, capsys):
    config = _write(seg_config, tmp_path)
    run('train.py', config, '--resume', 'auto', '--cfg-options', 'train_cfg.max_iters=1')
    assert 'training starts from the beginning' in capsys.readouterr().err


def test_resume_from_nothing_but_damaged_files_is_an_error(tmp_path):
    torch.save(dict(state_dict={}), tmp_path / 'iter_4.pth')
    _cut_short(tmp_path / 'iter_4.pth')
    with pytest.raises(ValueError, match='No checkpoint in .* can be read, so nothing can be resumed. .*iter_4.pth'):
        find_latest_checkpoint(tmp_path)


def test_resume_does_not_pass_over_a_file_that_may_run_code(tmp_path):
    torch.save(dict(state_dict={}, path=Path('x')), tmp_path / 'iter_4.pth')
    with pytest.raises(ValueError, match='--allow-pickle'):
        find_latest_checkpoint(tmp_path)


def test_resume_takes_the_newest_run_in_a_folder_and_no_best_checkpoint(tmp_path):
    for age, name in enumerate(['best_mIoU_iter_9.pth', 'epoch_12.pth', 'iter_40.pth', 'iter_80.pth', 'iter_20.pth']):
        torch.save(dict(state_dict={}), tmp_path / name)
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    assert find_latest_checkpoint(tmp_path).endswith('epoch_12.pth')


def test_a_file_that_may_run_code_is_refused_without_the_flag(trained, run, tmp_path, monkeypatch, capsys):
    config, _, _ = trained
    monkeypatch.delenv('MMVPT_ALLOW_PICKLE', raising=False)
    torch.save(dict(state_dict=dict(a=torch.ones(1)), path=Path('x')), tmp_path / 'strange.pth')
    with pytest.raises(SystemExit, match='--allow-pickle'):
        run('test.py', config, tmp_path / 'strange.pth')
    monkeypatch.setenv('MMVPT_ALLOW_PICKLE', '0')
    run('test.py', config, tmp_path / 'strange.pth', '--allow-pickle')
    assert 'may now run any code' in capsys.readouterr().err


def test_an_unknown_config_lists_what_is_there(run):
    with pytest.raises(SystemExit, match=r"no config 'mmvpt::setr_vtp_ade20k.py'.* has: .*setr_vpt_ade20k.py"):
        run('train.py', 'mmvpt::setr_vtp_ade20k.py')
    with pytest.raises(SystemExit, match='holds no config; ours are in'):
        run('train.py', 'nowhere/x.py')


def test_an_unknown_checkpoint_lists_what_is_there(trained, run):
    config, delta, _ = trained
    with pytest.raises(SystemExit, match=r'no checkpoint .*iter_5.pth.* has: .*iter_4.pth'):
        run('test.py', config, delta.with_name('iter_5.pth'))


def test_auto_scale_lr_needs_the_batch_size_that_the_rate_was_meant_for(run, tmp_path):
    config = _write(seg_config, tmp_path)
    with pytest.raises(SystemExit, match=r'Add auto_scale_lr=dict\(base_batch_size=...\)'):
        run('train.py', config, '--auto-scale-lr')


def test_auto_scale_lr_scales_by_actual_over_original_batch_size(run, tmp_path):
    config = _write(seg_config, tmp_path, auto_scale_lr=dict(base_batch_size=8))
    options = ['train_cfg.max_iters=1', 'param_scheduler=None']
    run('train.py', config, '--auto-scale-lr', '--no-validate', '--cfg-options', *options)
    assert 'Scaling the original LR by 0.25' in next((tmp_path / 'work').rglob('*.log')).read_text()


@pytest.mark.skipif(torch.cuda.is_available(), reason='is about machines without a GPU')
def test_amp_without_a_gpu_is_refused(run, tmp_path):
    with pytest.raises(SystemExit, match='--amp needs a GPU'):
        run('train.py', _write(seg_config, tmp_path), '--amp')


def test_a_launcher_that_did_not_start_the_process_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.delenv('SLURM_PROCID', raising=False)
    with pytest.raises(SystemExit, match='--launcher slurm expects the variable SLURM_PROCID'):
        run('train.py', _write(seg_config, tmp_path), '--launcher', 'slurm')


def test_a_detection_config_with_broken_operators_stops_with_the_commands_that_mend_them(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, 'missing_ops', lambda: '_ext.so: undefined symbol')
    monkeypatch.setattr(packages, 'find_spec', lambda host: True)
    (tmp_path / 'x.py').write_text("model = dict(type='mmdet.RetinaNet')\n")
    with pytest.raises(ImportError, match='x.py needs mmdet, .* do not load .*undefined symbol') as error:
        open_config(str(tmp_path / 'x.py'))
    assert versions.REMOVE_OPS in str(error.value) and versions.WITH_OPS in str(error.value)


def test_a_config_of_a_package_that_is_not_installed_stops_with_the_command_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, 'find_spec', lambda host: None)
    (tmp_path / 'x.py').write_text("default_scope = 'mmdet'\n")
    with pytest.raises(
        ImportError, match='x.py needs mmdet, which is not installed. Run: .*pip install onedl-mmdetection'
    ):
        open_config(str(tmp_path / 'x.py'))
    monkeypatch.setattr('mmengine.config.config.is_installed', lambda package: False)
    (tmp_path / 'y.py').write_text("_base_ = 'mmdet::retinanet/retinanet_r50_fpn_1x_coco.py'\n")
    with pytest.raises(
        ImportError, match='y.py needs mmdet, which is not installed. Run: .*pip install onedl-mmdetection'
    ):
        open_config(str(tmp_path / 'y.py'))

"""A config is checked before a run: what is wrong has a path, a cause and a remedy, and nothing right is refused."""

from __future__ import annotations

import math
from importlib.util import find_spec

import pytest
from mmengine.config import Config

from mmvpt import cli
from mmvpt.config.check import open_checked, problems_of, refuse_wrong
from mmvpt.config.find import find_config
from tests.engine.tiny import HOOKS, cls_config, seg_config

nan = math.nan
#: What is set in a segmentor, the path that is named, and words of the message.
SEGMENTOR = [
    ({'modle': dict(type='EncoderDecoder')}, 'modle', 'Did you mean model?'),
    ({'train_dataloadr': dict(batch_size=2)}, 'train_dataloadr', 'Did you mean train_dataloader?'),
    ({'custom_hooks': dict(type='EMAHook')}, 'custom_hooks', 'Give a list.'),
    ({'model.backbone.tuner.num_token': 3}, 'model.backbone.tuner.num_token', 'Did you mean num_tokens?'),
    ({'model.decode_head.chanels': 3}, 'model.decode_head.chanels', 'Did you mean channels or'),
    ({'default_hooks.checkpoint.save_bst': 'mIoU'}, 'default_hooks.checkpoint.save_bst', 'Did you mean save_best or'),
    ({'default_hooks.checkpont': dict(type='CheckpointHook')}, 'default_hooks.checkpont', 'Did you mean checkpoint?'),
    ({'randomness.sed': 1}, 'randomness.sed', 'Did you mean seed?'),
    ({'env_cfg.dist_cfg.backedn': 'gloo'}, 'env_cfg.dist_cfg.backedn', 'Did you mean backend?'),
    ({'train_cfg.max_iter': 3}, 'train_cfg.max_iter', 'Did you mean max_iters or'),
    ({'model.backbone.tuner.type': 'mmvpt.DeepPrompt'}, 'model.backbone.tuner.type', 'mmvpt.DeepPrompts'),
    ({'model.backbone.tuner.type': 'mmvp.DeepPrompts'}, 'model.backbone.tuner.type', 'Did you mean mmvpt?'),
    ({'optim_wrapper.optimizer.type': 'CheckpointHook'}, 'optim_wrapper.optimizer.type', 'SGD'),
    ({'default_scope': 'mmsegm'}, 'default_scope', 'Possible: mmpretrain, mmseg, mmdet'),
    ({'optim_wrapper.optimizer.lr': nan}, 'optim_wrapper.optimizer.lr', 'a positive number'),
    ({'optim_wrapper.optimizer.lr': 0}, 'optim_wrapper.optimizer.lr', 'a positive number'),
    ({'optim_wrapper.optimizer.weight_decay': math.inf}, 'optim_wrapper.optimizer.weight_decay', 'from 0 on'),
    ({'train_dataloader.batch_size': '2'}, 'train_dataloader.batch_size', "'2' is not valid here"),
    ({'model.backbone.tuner': dict(type='mmvpt.LoRA', alpha=math.inf)}, 'model.backbone.tuner.alpha', 'finite number'),
    ({'train_cfg.val_interval': 0}, 'train_cfg.val_interval', 'from 1 on'),
    ({'model.data_preprocessor.std': [0, 1, 1]}, 'model.data_preprocessor.std', 'other than 0'),
    ({'model.backbone.tuner.num_tokens': '3'}, 'model.backbone.tuner.num_tokens', 'DeepPrompts takes int'),
    ({'val_evaluator.iou_metrics': ['mIou']}, 'val_evaluator.iou_metrics', 'Possible: mIoU'),
    ({'default_hooks.checkpoint.save_best': 'mIou'}, 'default_hooks.checkpoint.save_best', 'Did you mean mIoU'),
    ({'default_hooks.checkpoint.by_epoch': True}, 'default_hooks.checkpoint.by_epoch', 'Set by_epoch=False'),
    ({'param_scheduler': [dict(type='PolyLR', by_epoch=True)]}, 'param_scheduler.0.by_epoch', 'Set by_epoch=False'),
    ({'param_scheduler': [dict(type='PolyLR', by_epoch=False, begin=3, end=3)]}, 'param_scheduler.0.end', 'never acts'),
    ({'optim_wrapper': None}, 'optim_wrapper', 'it is missing'),
    ({'train_cfg.type': 'IterBasedTrainLoop'}, 'train_cfg.by_epoch', 'Leave by_epoch out'),
    ({'train_cfg.max_epochs': 2}, 'train_cfg.max_epochs', 'has no such option'),
    ({'val_evaluator': dict(type='mmpretrain.Accuracy')}, 'val_evaluator.type', 'Take one of mmseg'),
    ({'train_dataloader.dataset.pipeline': []}, 'train_dataloader.dataset.pipeline', 'PackSegInputs'),
    ({'model.test_cfg': dict(mode='slide', stride=(9, 9))}, 'model.test_cfg.crop_size', 'Add crop_size'),
    ({'model.decode_head.in_index': 5}, 'model.decode_head.in_index', 'Possible: 0 to 1'),
    ({'model.decode_head.in_channels': 33}, 'model.decode_head.in_channels', 'Set it to 32'),
    ({'model.auxiliary_head.0.num_classes': 2}, 'model.auxiliary_head.0.num_classes', 'ADE20KDataset has 150'),
    ({'model.backbone.backbone.out_indices': (0, 9)}, 'model.backbone.backbone', 'Correct one of these options'),
    ({'model.backbone.tuner.start': 7}, 'model.backbone.tuner', 'start can be 0 to 1'),
    ({'model.backbone.tuner': [dict(type='mmvpt.BiasTuning')] * 2}, 'model.backbone.tuner.1', 'Remove one of them'),
    ({'default_hooks.timer': dict(type='CheckpointHook')}, 'default_hooks.timer.type', 'in place of IterTimerHook'),
    (
        {'default_hooks.guard.type': 'LoggerHook', 'mmvpt_hooks': HOOKS},
        'default_hooks.guard.type',
        'in place of GuardHook',
    ),
    ({'load_from': 'nowhere.pth'}, 'load_from', 'Correct the path'),
    (
        {'model.backbone.init_cfg': dict(type='Pretrained', checkpoint='mmvpt://vit-tiny')},
        'model.backbone.init_cfg.checkpoint',
        'Did you mean mmvpt://vit-tiny-forms',
    ),
]
CLASSIFIER = [
    ({'val_evaluator.topk': (1, 5)}, 'val_evaluator.topk', '5 guesses among 3 classes'),
    ({'train_dataloader.sampler': dict(type='InfiniteSampler')}, 'train_dataloader.sampler.type', 'DefaultSampler'),
    ({'model.head.in_channels': 31}, 'model.head.in_channels', 'Set it to 32'),
    ({'model.neck': dict(type='GlobalAveragePooling', dim=3)}, 'model.neck', 'cannot take outputs of shapes'),
    ({'train_dataloader.dataset.metainfo': dict(classes=['a'])}, 'model.head.num_classes', 'has 1 classes'),
]
RIGHT = [
    {'my_lr': 0.1, 'models_dir': 'x', 'notes': dict(type='nothing'), '_private': 1, 'model2': dict(type='x')},
    {'custom_hooks': [dict(type='EMAHook', momentum=0.001, priority='HIGH')]},
    {'optim_wrapper.optimizer': dict(type='torch.optim.AdamW', lr=1)},
    {'default_hooks.checkpoint.save_best': 'auto', 'default_hooks.checkpoint.interval': -1},
    {'param_scheduler': None, 'visualizer': None, 'randomness.seed': None},
    {'val_cfg': None, 'val_dataloader': None, 'val_evaluator': None},
    {'model.backbone.tuner': [dict(type='mmvpt.LoRA', alpha=4), dict(type='mmvpt.BiasTuning')]},
    {'param_scheduler': [dict(type='CosineAnnealingLR', by_epoch=False, T_max=9, end=math.inf)]},
]
SHOWCASES = ('setr_vpt_ade20k', 'vit_add_cub', 'swin-b_vpt_cub', 'upernet_protuning_ade20k')


@pytest.fixture(scope='module')
def segmentor(tmp_path_factory) -> Config:
    return seg_config(tmp_path_factory.mktemp('seg'))


@pytest.fixture(scope='module')
def classifier(tmp_path_factory) -> Config:
    return cls_config(tmp_path_factory.mktemp('cls'))


def changed(config: Config, changes: dict) -> Config:
    other = Config(config.to_dict())
    for path, value in changes.items():
        *parents, last = path.split('.')
        place = other
        for name in parents:
            place = place[int(name)] if isinstance(place, list) else place[name]
        place[last] = value
    return other


def wrong(config: Config) -> dict[str, str]:
    return {problem.path: problem.says for problem in problems_of(config) if not problem.remark}


@pytest.mark.parametrize(('changes', 'path', 'words'), SEGMENTOR)
def test_what_is_wrong_in_a_segmentor_is_named_with_its_remedy(segmentor, changes, path, words):
    found = wrong(changed(segmentor, changes))
    assert list(found) == [path]
    assert words in found[path]


@pytest.mark.parametrize(('changes', 'path', 'words'), CLASSIFIER)
def test_what_is_wrong_in_a_classifier_is_named_with_its_remedy(classifier, changes, path, words):
    found = wrong(changed(classifier, changes))
    assert path in found and words in found[path]


@pytest.mark.parametrize('changes', RIGHT)
def test_what_is_unusual_and_right_passes(segmentor, classifier, changes):
    assert wrong(changed(segmentor, changes)) == {}
    assert wrong(changed(classifier, changes)) == {}


@pytest.mark.parametrize('name', SHOWCASES)
def test_showcases_pass_without_data_and_weights(name):
    assert wrong(Config.fromfile(find_config(f'mmvpt::{name}'))) == {}


@pytest.mark.skipif(find_spec('mmdet') is None, reason='needs mmdet')
def test_parts_of_a_detector_are_compared_by_their_channels():
    config = Config.fromfile(find_config('mmvpt::htc_protuning_coco'))
    assert wrong(config) == {}
    config.model.roi_head.semantic_head.in_channels = 255
    config.model.roi_head.bbox_head[1].in_channels = 255
    config.model.rpn_head.in_channels = 255
    config.model.neck.in_channels[0] = 255
    paths = ['neck', 'rpn_head', 'roi_head.bbox_head.1', 'roi_head.semantic_head']
    assert list(wrong(config)) == ['model.neck.in_channels']
    config.model.neck.in_channels[0] = 256
    assert list(wrong(config)) == [f'model.{path}.in_channels' for path in paths[1:]]


def test_images_of_a_pipeline_have_to_be_those_of_the_tuner(classifier):
    tuner = dict(type='mmvpt.AddPrompts', img_size=48)
    found = wrong(changed(classifier, {'model.backbone.tuner': tuner}))
    assert 'images of the pipeline have 32 x 32 pixels' in found['model.backbone.tuner']


def test_all_problems_are_in_one_error(segmentor):
    config = changed(segmentor, {'modle': {'type': 'x'}, 'optim_wrapper.optimizer.lr': nan})
    with pytest.raises(ValueError, match=r'(?s)2 problems in .*:\n  modle: .*\n  optim_wrapper.optimizer.lr: nan '):
        refuse_wrong(config)


def test_what_is_wrong_outside_of_the_model_hides_nothing_in_it(segmentor):
    changes = {'optim_wrapper.optimizer.momentm': 0.9, 'model.decode_head.in_channels': 33}
    assert list(wrong(changed(segmentor, changes))) == [
        'optim_wrapper.optimizer.momentm',
        'model.decode_head.in_channels',
    ]


def test_more_outputs_than_classes_are_refused_where_the_run_would_refuse_them(classifier):
    """mmpretrain trains a head of 21,843 classes on ImageNet; DataCheckHook does not let it, and fewer cannot."""
    names, hook = 'train_dataloader.dataset.metainfo', 'default_hooks.data_check'
    two, four = dict(classes=['a', 'b']), dict(classes=['a', 'b', 'c', 'd'])
    path = 'model.head.num_classes'
    assert path in wrong(changed(classifier, {names: two}))
    assert path in wrong(changed(classifier, {names: four, hook: None}))
    (problem,) = problems_of(changed(classifier, {names: two, hook: None}))
    assert problem.path == path and problem.remark


def test_a_schedule_that_is_cut_off_is_said_and_not_refused(segmentor, capsys):
    config = changed(segmentor, {'param_scheduler': [dict(type='PolyLR', by_epoch=False, end=100)]})
    refuse_wrong(config)
    assert capsys.readouterr().err.startswith('Remark on param_scheduler.0.end: 100, and the training ends at 4')


@pytest.mark.parametrize(
    ('path', 'words'),
    [
        ('optim_wraper.optimizer.lr', 'Did you mean optim_wrapper?'),
        ('model.decode_hed', 'Did you mean decode_head?'),
        ('model.auxiliary_head.3.channels', 'has 1 entries'),
        ('env_cfg.dst_cfg.backend', 'Did you mean dist_cfg?'),
    ],
)
def test_an_override_that_would_make_a_branch_of_its_own_is_refused(segmentor, tmp_path, path, words):
    file = tmp_path / 'seg.py'
    segmentor.dump(file)
    with pytest.raises(ValueError, match=f'(?s){path}') as refused:
        open_checked(str(file), {path: 3})
    assert words in str(refused.value)


def test_overrides_of_what_is_there_and_of_known_keys_are_merged(segmentor, tmp_path):
    file = tmp_path / 'seg.py'
    segmentor.dump(file)
    overrides = {'experiment_name': 'mine', 'optim_wrapper.clip_grad.max_norm': 1.0, 'randomness.seed': 5}
    config = open_checked(str(file), overrides)
    assert config.optim_wrapper.clip_grad.max_norm == 1.0


def test_the_command_lists_problems_and_ends_with_a_status(segmentor, tmp_path, capsys):
    file = tmp_path / 'seg.py'
    segmentor.dump(file)
    for options, status, said in (([], 0, 'No problem found.'), (['randomness.sed=1'], 1, '1 problem found.')):
        with pytest.raises(SystemExit) as stop:
            cli.main(['check', str(file), *(['--cfg-options', *options] if options else [])])
        assert (stop.value.code or 0) == status
        assert said in capsys.readouterr().out


def test_a_check_of_a_file_that_is_not_there_names_it(capsys):
    with pytest.raises(SystemExit):
        cli.main(['check', 'nowhere/x.py'])
    assert 'x.py' in capsys.readouterr().err

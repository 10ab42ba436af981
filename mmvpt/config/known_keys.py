"""Keys that somebody reads though no signature says so: tables for :mod:`.check_keys`."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from mmengine.runner.utils import set_random_seed
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.utils.data import DataLoader

from .open import DEFAULT_HOOKS

#: Keys at top level, with the kinds of value that they take; a misspelt one has a value of the same kind.
TOP: dict[str, tuple[type, ...]] = {
    'model': (dict,),
    'data_preprocessor': (dict,),
    'train_dataloader': (dict,),
    'val_dataloader': (dict, list),
    'test_dataloader': (dict, list),
    'train_cfg': (dict,),
    'val_cfg': (dict,),
    'test_cfg': (dict,),
    'val_evaluator': (dict, list),
    'test_evaluator': (dict, list),
    'optim_wrapper': (dict,),
    'param_scheduler': (dict, list),
    'auto_scale_lr': (dict,),
    'default_hooks': (dict,),
    'custom_hooks': (list,),
    'custom_imports': (dict,),
    'default_scope': (str,),
    'env_cfg': (dict,),
    'randomness': (dict,),
    'log_processor': (dict,),
    'log_level': (str,),
    'visualizer': (dict,),
    'load_from': (str,),
    'resume': (bool,),
    'work_dir': (str,),
    'launcher': (str,),
    'experiment_name': (str,),
    'runner_type': (str,),
    'model_wrapper_cfg': (dict,),
    'tta_model': (dict,),
    'tta_pipeline': (list,),
}
#: More that tools read, that hosts name their variables, or that we do: no slips of the above.
OTHER_KEYS = (
    'vis_backends',
    'train_pipeline',
    'val_pipeline',
    'test_pipeline',
    'grid',
    'tuner_grid',
    'protocol',
    'recipe',
    'mmvpt_hooks',
    'norm_cfg',
    'conv_cfg',
    'act_cfg',
    'optimizer',
    'optimizer_config',
    'lr_config',
    'data',
    'dataset_type',
    'data_root',
    'tta_cfg',
    'metainfo',
    'cfg',
    'strategy',
    'compile',
    'activation_checkpointing',
)


def _options(*functions: Callable[..., object]) -> tuple[str, ...]:
    """Names of what functions take."""
    return tuple({name: None for function in functions for name in inspect.signature(function).parameters})


#: All keys of groups without a type, by a pattern of paths.
GROUP_KEYS: dict[str, tuple[str, ...]] = {
    r'randomness': _options(set_random_seed),
    r'env_cfg': ('cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'),
    r'env_cfg\.mp_cfg': ('mp_start_method', 'opencv_num_threads'),
    r'auto_scale_lr': ('enable', 'base_batch_size'),
    r'custom_imports': ('imports', 'allow_failed_imports'),
    r'(train|val|test)_dataloader(\.\d+)?': (
        *_options(DataLoader),
        'num_batch_per_epoch',
        'disable_subprocess_warning',
    ),
}
#: Keys of groups in which others may stand: only a slip of these is wrong.
NEAR_ONLY: dict[str, tuple[str, ...]] = {
    r'default_hooks': tuple(DEFAULT_HOOKS),
    r'env_cfg\.dist_cfg': ('backend', 'timeout', 'init_method', 'world_size', 'rank'),
    r'optim_wrapper(\.\w+)?\.clip_grad': _options(clip_grad_norm_, clip_grad_value_)[1:],  # without parameters
    r'optim_wrapper(\.\w+)?\.paramwise_cfg': (
        'custom_keys',
        'bias_lr_mult',
        'bias_decay_mult',
        'norm_decay_mult',
        'flat_decay_mult',
        'dwconv_decay_mult',
        'dcn_offset_lr_mult',
        'bypass_duplicate',
        'head',
        'tuner',
        'backbone',
        'bias',
        'num_layers',
        'layer_decay_rate',
        'decay_rate',
        'decay_type',
    ),
    r'optim_wrapper(\.\w+)?\.paramwise_cfg\.(head|tuner|backbone|bias|custom_keys\..*)': (
        'lr_mult',
        'decay_mult',
        'wd_mult',  # in configs of mmseg, where nothing reads it
    ),
    r'.*_dataloader.*\.data_prefix': ('img', 'seg', 'img_path', 'seg_map_path', 'depth_map_path', 'ann', 'anno'),
    r'.*_dataloader.*\.filter_cfg': ('filter_empty_gt', 'min_size', 'bbox_min_size'),
    r'.*_dataloader.*\.metainfo': ('classes', 'palette', 'dataset_type', 'task_name'),
    r'model\.(train_cfg|test_cfg)(\.\w+)*': (
        'rpn',
        'rpn_proposal',
        'rcnn',
        'assigner',
        'sampler',
        'allowed_border',
        'pos_weight',
        'debug',
        'nms',
        'nms_pre',
        'max_per_img',
        'max_per_image',
        'min_bbox_size',
        'score_thr',
        'mask_size',
        'mask_thr_binary',
        'iou_threshold',
        'mode',
        'crop_size',
        'stride',
        'augments',
    ),
}
#: What builders of MMEngine take besides what the type takes, by a pattern of paths.
OF_BUILDERS: dict[str, tuple[str, ...]] = {
    r'optim_wrapper': ('constructor', 'paramwise_cfg'),
    r'param_scheduler(\.\w+)?(\.\d+)?': ('convert_to_iter_based', 'by_epoch'),
    r'(default|custom)_hooks\.\w+': ('priority',),
    r'(train|val|test)_cfg': ('by_epoch',),
    r'visualizer': ('name',),
    r'.*norm_cfg': ('requires_grad',),
    r'.*(dcn|conv_cfg)': ('fallback_on_stride', 'deformable_groups'),
}
#: What builders of MMEngine give by themselves, so that a config need not.
GIVEN: dict[str, tuple[str, ...]] = {
    r'optim_wrapper(\.\w+)?\.optimizer': ('params',),
    r'param_scheduler(\.\w+)?(\.\d+)?': ('optimizer', 'param_name'),
    r'(train|val|test)_cfg': ('runner', 'dataloader', 'evaluator'),
    r'\w+_dataloader(\.\d+)?\.(sampler|batch_sampler)': ('dataset', 'sampler', 'batch_size', 'seed'),
    r'\w+_dataloader(\.\d+)?\.(collate_fn|worker_init_fn)': ('data_batch', 'worker_id', 'batch', 'num_workers', 'rank'),
    r'tta_model': ('module',),
    r'log_processor|visualizer(\..*)?': ('name', 'save_dir', 'vis_backends'),
}
#: Types in place of those that a group need not name, by path: the first that has the key of the second column, if any.
DEFAULT_TYPES: tuple[tuple[str, str, str], ...] = (
    (r'train_cfg', 'max_iters', 'IterBasedTrainLoop'),
    (r'train_cfg', '', 'EpochBasedTrainLoop'),
    (r'val_cfg', '', 'ValLoop'),
    (r'test_cfg', '', 'TestLoop'),
    (r'optim_wrapper', 'optimizer', 'OptimWrapper'),
    (r'log_processor', '', 'LogProcessor'),
    (r'default_hooks\.runtime_info', '', 'RuntimeInfoHook'),
)
#: Types whose further options are those of another: of the type that one of their options names, or of a function.
HAND_ON = {'RandomResize': 'resize_type', 'RandomChoiceResize': 'resize_type'}
#: What hooks hand to ``Runner.save_checkpoint``.
OF_SAVING = {'CheckpointHook': ('create_symlink', 'meta', 'filename')}
#: Types with options that name types of another package.
FOREIGN = ('Albu', 'Albumentations')
#: Steps that name their own kind by ``type`` where no registry has it, by the last part of the path.
NOT_REGISTERED = ('nms', 'roi_layer', 'clip_grad', 'lr_config')

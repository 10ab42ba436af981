"""Mini-VTAB, small tasks for our own bases: each way to tune a ViT, a Swin and a ResNet pretrained on Clutter.

Lengths and widths are those of the papers, divided as the models are smaller.
"""

from functools import partial

from mmvpt.config import Recipe

RATE = 'optim_wrapper.optimizer.lr'
TUNER = 'model.backbone.tuner.'
#: Of AdamW: larger than those of weights, as prompts start near zero and are few.
PROMPT_RATES = (0.1, 0.03, 0.01)
#: Tuners whose fragments have a grid of lengths or widths, which would take days here.
LARGER_GRIDS = ('adapter', 'e2vpt', 'pad', 'vpt', 'vpt_shallow', 'vpt_shallow_swin', 'vpt_swin')
#: A network beside the frozen one; the AlexNet of the VPT paper would cost more than all of the backbones here.
SIDE = dict(type='mmpretrain.ResNet', depth=18, stem_channels=8, base_channels=8, out_indices=(3,), norm_eval=False)


def rows(name, backbone, methods):
    """Return a row for each method of a backbone."""
    row = partial(
        Recipe, 'classifier', backbone=backbone, data='mini_vtab', optimizer='adamw_mini_vtab', schedule='tuning_20e'
    )
    return {f'{name}_{method}_mini_vtab': row(**options) for method, options in methods.items()}


def tuned(tuner, rates=PROMPT_RATES, head=None, **options):
    """Return the options of a row: three rates to select from, the middle one by default, and options of the tuner."""
    overrides = {RATE: rates[1], 'grid': dict(lr=list(rates)), **{f'{TUNER}{key}': options[key] for key in options}}
    if tuner in LARGER_GRIDS:
        overrides['tuner_grid'] = dict(_delete_=True)
    return dict(tuner=tuner, head=head, overrides=overrides)


COMMON = {
    'full': tuned('full', (0.003, 0.001, 0.0003)),
    'linear': tuned('linear', (0.1, 0.03, 0.01)),
    'mlp3': tuned('linear', (0.01, 0.003, 0.001), head='mlp3'),
    'bias': tuned('bias', (0.03, 0.01, 0.003)),
    'norm': tuned('norm', (0.03, 0.01, 0.003)),
    'sidetune': tuned('sidetune', (0.03, 0.01, 0.003), network=SIDE),
}
TRANSFORMER = {
    **COMMON,
    'adapter': tuned('adapter', (0.03, 0.01, 0.003), reduction=8),
    'lora': tuned('lora', (0.03, 0.01, 0.003), rank=8),
    'vpt_shallow': tuned('vpt_shallow', num_tokens=10),
    'vpt': tuned('vpt', num_tokens=10),
    'e2vpt': tuned('e2vpt'),
    'key_value': tuned('key_value', num_tokens=5),
    'protuning': tuned('protuning_transformer', (0.03, 0.01, 0.003)),
}
VIT = {
    **TRANSFORMER,
    'partial1': tuned('partial1_vpt', (0.01, 0.003, 0.001)),
    'cls_token': tuned('cls_token'),
    'patches': tuned('patches', num_tokens=10),
    'add': tuned('add', img_size=64),
}
SWIN = {
    **TRANSFORMER,
    'partial1': tuned('partial1_vpt', (0.01, 0.003, 0.001)),
    'vpt_shallow': tuned('vpt_shallow_swin', num_tokens=10),
    'vpt': tuned('vpt_swin', num_tokens=10),
}
RESNET = {
    **COMMON,
    'partial1': tuned('partial1_resnet', (0.01, 0.003, 0.001)),
    'pad': tuned('pad', padding=5, img_size=64),
    'protuning': tuned('protuning', (0.03, 0.01, 0.003)),
}


def dense(model, **faster):
    """Return a row of a dense model for each tuner.

    Args:
        model: Its fragment, with the rate of the heads.
        **faster: By what that rate is multiplied for the parameters of a tuner.
    """
    part = {name: 'backbone' if name in ('full', 'bias') else 'tuner' for name in faster}
    rates = {name: {f'optim_wrapper.paramwise_cfg.{part[name]}.lr_mult': faster[name]} for name in faster}
    rates['vpt'] |= {'model.backbone.tuner.num_tokens': 8, 'model.backbone.tuner.dropout': 0.0}
    prompts, keys = (dict(type=f'mmvpt.{name}Prompts', num_tokens=number) for name, number in PROMPTS_OF_E2VPT)
    rates['e2vpt'] |= {'model.backbone.tuner': [prompts, keys]}
    tuners = {name: name for name in faster} | {'protuning': 'protuning_transformer_dense'}
    return {
        'linear': Recipe(model, tuner='linear'),
        **{name: Recipe(model, tuner=tuners[name], overrides=rates[name]) for name in faster},
    }


PROMPTS_OF_E2VPT = (('Deep', 8), ('KeyValue', 4))
#: Of a rate of 0.06 for heads.
FASTER = dict(full=0.01, bias=0.05, vpt=0.4, e2vpt=0.4, protuning=0.05, lora=0.05, adapter=0.05)
#: Of a rate of 0.004.
FASTER_OF_MASK_RCNN = dict(full=0.1, bias=0.5, vpt=5.0, e2vpt=5.0, protuning=0.5, lora=0.5, adapter=0.5)
DENSE = {
    **{model: dense(f'{model}_mini_vtab', **FASTER) for model in ('setr', 'upernet', 'fcn')},
    'mask_rcnn': dense('mask_rcnn_mini_vtab', **FASTER_OF_MASK_RCNN),
}
ROWS = {
    **rows('vit-tiny', 'vit-tiny_forms', VIT),
    **rows('swin-tiny', 'swin-tiny_forms', SWIN),
    **rows('resnet-tiny', 'resnet-tiny_forms', RESNET),
    **{f'{model}_{method}_mini_vtab': row for model, rows in DENSE.items() for method, row in rows.items()},
}

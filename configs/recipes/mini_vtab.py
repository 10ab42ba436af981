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
    'key_value': tuned('key_value', num_tokens=5),
    'protuning': tuned('protuning_transformer', (0.03, 0.01, 0.003)),
}
VIT = {
    **TRANSFORMER,
    'partial1': tuned('partial1_vpt', (0.01, 0.003, 0.001)),
    'cls_token': tuned('cls_token'),
    'patches': tuned('patches', num_tokens=10),
    'add': tuned('add', img_size=64),
    'e2vpt': tuned('e2vpt'),
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
setr = partial(Recipe, 'setr_mini_vtab', optimizer='setr')
#: Where no tuner adds parameters, which have a rate of their own.
ONE_RATE = {'optim_wrapper.paramwise_cfg': dict(_delete_=True)}
SETR = {
    'full': setr(tuner='full', overrides={RATE: 0.02, **ONE_RATE}),
    'linear': setr(tuner='linear', overrides=ONE_RATE),
    'bias': setr(tuner='bias', overrides=ONE_RATE),
    'vpt': setr(tuner='vpt'),
    'e2vpt': setr(tuner='e2vpt'),
    'lora': setr(tuner='lora'),
    'adapter': setr(tuner='adapter'),
    'protuning': setr(tuner='protuning_transformer_dense'),
}
ROWS = {
    **rows('vit-tiny', 'vit-tiny_forms', VIT),
    **rows('swin-tiny', 'swin-tiny_forms', SWIN),
    **rows('resnet-tiny', 'resnet-tiny_forms', RESNET),
    **{f'setr_{method}_mini_vtab': row for method, row in SETR.items()},
}

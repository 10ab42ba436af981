"""VPT-deep, initialised from class prototypes of CUB: run `python tools/prototypes.py configs/vit_vpt_cub.py` first."""

tuner_grid = dict(prototypes_of=['final', 'input', 'output'])
tuner = dict(
    type='mmvpt.DeepPrompts',
    num_tokens=200,
    dropout=0.1,
    prototypes='work_dirs/vit_vpt_cub/prototypes.safetensors',
    prototypes_of='final',
)

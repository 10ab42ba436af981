"""VPT-deep from the prototypes of CUB's classes that `python tools/prototypes.py configs/vit_vpt_cub.py` computes."""

tuner_grid = dict(prototypes_of=['final', 'input', 'output'])
tuner = dict(
    type='mmvpt.DeepPrompts',
    num_tokens=200,
    dropout=0.1,
    prototypes='work_dirs/vit_vpt_cub/prototypes.safetensors',
    prototypes_of='final',
)

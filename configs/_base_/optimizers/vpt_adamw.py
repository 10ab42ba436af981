"""The VPT paper's optimizer for parts of the backbone itself (Table 7): AdamW; lr is meant for a batch of 256.

The paper selects lr and weight decay for each task on a validation split, from the grid. Its public code decays by 0.01
whatever is asked for, and turns AdamW into SGD at weight decay 0; here the config is obeyed (vpt_adamw_compat.py).
"""

grid = dict(lr=[0.005, 0.001, 0.0005, 0.0001], weight_decay=[0.01, 0.001, 0.0001, 0.0])
optim_wrapper = dict(
    type='OptimWrapper',
    constructor='mmvpt.TrainableParamsConstructor',
    optimizer=dict(type='AdamW', lr=0.0005, weight_decay=0.001),
)

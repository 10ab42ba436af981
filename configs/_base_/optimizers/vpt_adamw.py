"""The VPT paper's optimizer where weights of the backbone train (Table 7): AdamW; lr is for a batch of 256.

The paper selects lr and weight decay for each task on a validation split, from the grid. Its public code
always uses a weight decay of 0.01, and replaces AdamW by SGD if the option is 0. Here the weight decay is the value of
the config; vpt_adamw_compat.py does as that code.
"""

grid = dict(lr=[0.005, 0.001, 0.0005, 0.0001], weight_decay=[0.01, 0.001, 0.0001, 0.0])
optim_wrapper = dict(
    type='OptimWrapper',
    constructor='mmvpt.TrainableParamsConstructor',
    optimizer=dict(type='AdamW', lr=0.0005, weight_decay=0.001),
)

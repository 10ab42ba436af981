"""The VPT paper's optimizer for prompts and heads (Table 7): SGD; lr is for a batch of 256.

The paper selects lr and weight decay for each task on a validation split, from the grid.
"""

grid = dict(lr=[50.0, 25.0, 10.0, 5.0, 2.5, 1.0, 0.5, 0.25, 0.1, 0.05], weight_decay=[0.01, 0.001, 0.0001, 0.0])
optim_wrapper = dict(
    type='OptimWrapper',
    constructor='mmvpt.TrainableParamsConstructor',
    optimizer=dict(type='SGD', lr=5.0, momentum=0.9, weight_decay=0.001),
)

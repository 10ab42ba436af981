"""AdamW for small tasks and small models. The rate is that of prompts; rows set those of other methods."""

optim_wrapper = dict(
    constructor='mmvpt.TrainableParamsConstructor',
    optimizer=dict(type='AdamW', lr=0.03, weight_decay=0.01),
    clip_grad=dict(max_norm=5.0),
)

"""E2VPT before pruning, with the lengths that its public code uses for most tasks.

The paper selects both lengths for each task on a validation split, from the grid.
"""

tuner_grid = {'0.num_tokens': [5, 10, 20, 30, 50], '1.num_tokens': [1, 5, 10, 50]}
tuner = [
    dict(type='mmvpt.DeepPrompts', num_tokens=10, dropout=0.1),
    dict(type='mmvpt.KeyValuePrompts', num_tokens=5),
]

"""The small tasks of Shapes; a config that takes this names the folder and the number of classes.

Nothing is flipped: position and orientation would change.
"""

_base_ = 'shapes_classification.py'
pipeline = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
loader = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=pipeline), **loader)
val_dataloader = loader
test_dataloader = loader

"""The small Shapes tasks. Set the folder and the number of classes in the config that inherits this.

Images are not flipped, because a flip changes position and orientation.
"""

_base_ = 'shapes_classification.py'
pipeline = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
loader = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(batch_size=32, dataset=dict(pipeline=pipeline), **loader)
val_dataloader = loader
test_dataloader = loader

"""Shapes for detection (tools/make_shapes.py): box, form and mask of each object."""

_base_ = 'drawn_detection.py'
classes = ('disc', 'ring', 'square', 'bar', 'cross', 'triangle')
detection_root = 'data/shapes/detection/'
train_dataset = dict(data_root=detection_root, metainfo=dict(classes=classes))
val_dataset = dict(data_root=detection_root, metainfo=dict(classes=classes))

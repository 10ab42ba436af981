"""Shapes for segmentation (tools/make_shapes.py): the class of a pixel is the form of its object."""

_base_ = 'drawn_segmentation.py'
metainfo = dict(
    classes=('ground', 'disc', 'ring', 'square', 'bar', 'cross', 'triangle'),
    palette=[
        [225, 220, 210],
        [214, 78, 63],
        [240, 166, 60],
        [92, 158, 92],
        [64, 120, 192],
        [128, 92, 160],
        [64, 180, 180],
    ],
)
train_dataset = dict(data_root='data/shapes/segmentation', metainfo=metainfo)
val_dataset = dict(data_root='data/shapes/segmentation', metainfo=metainfo)

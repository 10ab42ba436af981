"""The segmentation set of Mini-VTAB: which thing is seen at each pixel, or the ground."""

_base_ = 'drawn_segmentation.py'
metainfo = dict(
    classes=('ground', 'teapot', 'butterfly', 'helicopter', 'envelope', 'shirt', 'duck', 'cactus', 'snowman'),
    palette=[
        [225, 220, 210],
        [214, 78, 63],
        [240, 166, 60],
        [92, 158, 92],
        [64, 120, 192],
        [128, 92, 160],
        [232, 210, 70],
        [64, 180, 180],
        [120, 80, 50],
    ],
)
train_dataset = dict(data_root='data/mini_vtab/segmentation', metainfo=metainfo)
val_dataset = dict(data_root='data/mini_vtab/segmentation', metainfo=metainfo)

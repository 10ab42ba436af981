"""The detection set of Mini-VTAB: box and mask of each thing."""

_base_ = 'drawn_detection.py'
classes = ('teapot', 'butterfly', 'helicopter', 'envelope', 'shirt', 'duck', 'cactus', 'snowman')
detection_root = 'data/mini_vtab/detection/'
train_dataset = dict(data_root=detection_root, metainfo=dict(classes=classes))
val_dataset = dict(data_root=detection_root, metainfo=dict(classes=classes))

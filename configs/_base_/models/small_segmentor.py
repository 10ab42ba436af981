"""What segmentors on Mini-VTAB share: the ViT that comes with mmvpt, its data and its schedule, as variables.

The base was pretrained at 64 pixels and is used at 96: its position embeddings are interpolated.
"""

_base_ = [
    '../hooks.py',
    '../backbones/vit-tiny_forms.py',
    '../datasets/mini_vtab_segmentation.py',
    '../schedules/dense_mini_vtab.py',
]
small = dict(
    pretrained=None,
    data_preprocessor=dict(size=(96, 96)),
    backbone=dict(
        _delete_=True,
        type='mmvpt.TunedBackbone',
        backbone=dict(_base_.backbone, img_size=96, out_indices=(1, 2, 3, 5), out_type='featmap', final_norm=False),
        init_cfg=_base_.pretrained,
    ),
    auxiliary_head=None,
    test_cfg=dict(_delete_=True, mode='whole'),
)
small_train = dict(batch_size=8, num_workers=1, dataset=_base_.train_dataset)
small_val = dict(batch_size=16, num_workers=1, dataset=_base_.val_dataset)

import pytest
from mmengine.registry import init_default_scope

from mmvpt.datasets.coco_categories import COCO_CATEGORIES
from tests.data_makers import make_coco


def test_ids_are_those_of_coco():
    assert len(COCO_CATEGORIES) == 80
    expected = {1: 'person', 13: 'stop sign', 27: 'backpack', 44: 'bottle', 67: 'dining table', 90: 'toothbrush'}
    assert expected.items() <= COCO_CATEGORIES.items()


def test_mmdet_calls_them_the_same_and_reads_the_tiny_coco(tmp_path):
    datasets = pytest.importorskip('mmdet.datasets')
    assert datasets.CocoDataset.METAINFO['classes'] == tuple(COCO_CATEGORIES.values())
    init_default_scope('mmdet')  # whichever another test left
    load = dict(type='mmdet.LoadAnnotations', with_bbox=True, with_mask=True, with_seg=True)
    dataset = datasets.CocoDataset(
        data_root=str(make_coco(tmp_path, num_images=45)),
        ann_file='annotations/instances_train2017.json',
        data_prefix=dict(img='train2017/', seg='stuffthingmaps/train2017/'),
        filter_cfg=dict(filter_empty_gt=True, min_size=32),
        pipeline=[dict(type='LoadImageFromFile'), load],
    )
    assert len(dataset) == 45
    seen = set()
    for sample in dataset:
        boxes, masks = sample['gt_bboxes'].tensor.int().tolist(), sample['gt_masks'].masks
        for label, mask, (left, top, right, bottom) in zip(sample['gt_bboxes_labels'], masks, boxes, strict=True):
            assert mask.sum() == mask[top:bottom, left:right].sum() == (bottom - top) * (right - left) > 0
            assert (sample['gt_seg_map'][mask == 1] == dataset.cat_ids[label] - 1).all()
            seen.add(int(label))
    assert seen == set(range(80))

"""A detector whose data cannot train it stops before its first iteration."""

import json
import shutil

import cv2
import numpy as np
import pytest
from mmengine.hooks import Hook

from mmvpt.engine.loops import build_loops
from mmvpt.registry import HOOKS as REGISTRY
from tests.data_makers import make_coco
from tests.engine.dense import tiny_detector
from tests.engine.processes import SPAWN, finish, train_rank
from tests.engine.processes import start as start_process
from tests.engine.test_distributed import free_port
from tests.engine.tiny import make_runner

pytest.importorskip('mmdet')


@REGISTRY.register_module()
class StopHook(Hook):
    """End a run at its first iteration."""

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        raise InterruptedError('the first iteration began')


def detector(root, name='htc/htc_r50_fpn_1x_coco.py', classes=3, **changes):
    """A tiny stock detector that stops at its first iteration."""
    config = tiny_detector(root, name, classes)
    config.custom_hooks = [dict(type='mmvpt.StopHook', priority='LOWEST')]
    config.merge_from_dict(changes)
    return config


def start(config, error=InterruptedError, match='the first iteration began'):
    """Train until the first iteration, or until the error that is to come before."""
    with pytest.raises(error, match=match):
        make_runner(config).train()


@pytest.fixture
def coco(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return make_coco(tmp_path, num_images=2, num_classes=3)


def edit(root, change, split='train'):
    path = root / f'annotations/instances_{split}2017.json'
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def drop_masks(content):
    for item in content['annotations'][:3]:
        del item['segmentation']


def test_a_detector_with_all_its_data_starts(coco):
    start(detector(coco))


@pytest.mark.parametrize('wrapped', [False, True])
def test_a_file_without_masks_stops_a_mask_head(coco, wrapped):
    edit(coco, drop_masks)
    config = detector(coco)
    if wrapped:
        inner = config.train_dataloader.dataset
        together = dict(type='ConcatDataset', datasets=[inner])
        config.train_dataloader.dataset = dict(type='RepeatDataset', times=2, dataset=together)
    start(
        config,
        ValueError,
        r'instances_train2017.json: 3 of 4 annotations \(75%\) have no segmentation, but HybridTaskCascade has a mask '
        'head. Use a file with masks, .*, or drop the mask head: .*mask_head=None',
    )


def test_masks_are_needed_for_their_evaluation_and_not_for_boxes(coco):
    edit(coco, drop_masks, 'val')
    start(detector(coco), ValueError, 'instances_val2017.json: 3 of 4 .*, but masks are to be evaluated')
    start(detector(coco, **{'val_evaluator.metric': 'bbox'}))


def test_masks_that_are_not_loaded_stop_a_mask_head(coco):
    config = detector(coco, **{'train_dataloader.dataset.pipeline.1.with_mask': False})
    start(config, ValueError, 'has a mask head, but the pipeline .* LoadAnnotations with with_mask=True')


def test_a_detector_of_boxes_takes_a_file_without_masks(coco):
    for split in ('train', 'val'):
        edit(coco, drop_masks, split)
    start(detector(coco, 'retinanet/retinanet_r50_fpn_1x_coco.py'))


@pytest.mark.parametrize('split', ['train', 'val'])
def test_a_class_without_a_category_stops_the_run(coco, split):
    edit(coco, lambda content: content['categories'][1].update(name='bike'), split)
    start(
        detector(coco),
        ValueError,
        f'instances_{split}2017.json has no category for 1 of 3 classes: bicycle. Its .*: person, bike, car',
    )


@pytest.mark.parametrize('name', [5, ['bicycle']])
def test_a_category_whose_name_is_no_text_is_told(coco, name):
    edit(coco, lambda content: content['categories'][2].update(name=name))
    start(
        detector(coco), ValueError, 'instances_train2017.json has no category for 1 of 3 classes: car. Its categories'
    )


def test_categories_in_another_order_stop_the_run(coco):
    edit(coco, lambda content: content['categories'].reverse())
    start(detector(coco), ValueError, "label 0 would be 'car' by the file, .* and 'person' by the classes")


def spoil(**fields):
    return lambda content: content['annotations'][0].update(fields)


FATAL = [
    (spoil(segmentation=[[2, 8, 30, 8, 30, 40, 2, float('nan')]]), 'polygons that are not lists of finite numbers'),
    (spoil(segmentation=dict(size=[64, 64], counts='x!')), 'run lengths that are neither whole numbers'),
    (spoil(bbox=[2, 8, float('nan'), 32]), 'annotations whose bbox is not a list of four finite numbers'),
    (spoil(area=float('nan')), 'annotations whose area is not a finite number'),
]


@pytest.mark.parametrize('split', ['train', 'val'])
@pytest.mark.parametrize('harm, kind', FATAL)
def test_an_object_at_which_a_process_would_end_stops_the_run_before(coco, split, harm, kind):
    edit(coco, harm, split)
    start(detector(coco), ValueError, rf'instances_{split}2017.json: {kind}.*\(annotations\[0\]\). Correct the file')


def test_a_mask_of_two_corners_stops_where_masks_are_evaluated_and_not_where_they_are_trained(coco):
    edit(coco, spoil(segmentation=[[2, 8, 30, 40]]))
    start(detector(coco))
    edit(coco, spoil(segmentation=[[2, 8, 30, 40]]), 'val')
    start(detector(coco), ValueError, 'instances_val2017.json: masks without three corners')


def test_a_detector_of_boxes_takes_masks_that_are_none(coco):
    for split in ('train', 'val'):
        edit(coco, spoil(segmentation=[float('nan')], id='one'), split)
    start(detector(coco, 'retinanet/retinanet_r50_fpn_1x_coco.py', **{'val_evaluator.metric': 'bbox'}))


def tell_error(errors, *args):
    """Train as one of several processes, and tell what ended it."""
    try:
        train_rank(*args)
    except ValueError as error:
        errors.put(str(error))


def test_of_several_processes_none_waits_for_the_one_that_looked(tmp_path):
    make_coco(tmp_path, num_images=2, num_classes=3)
    edit(tmp_path, lambda content: content['categories'].reverse())
    config = tiny_detector(tmp_path, 'retinanet/retinanet_r50_fpn_1x_coco.py').to_dict()
    errors, port = SPAWN.Queue(), free_port()
    finish(*(start_process(tell_error, errors, config, rank, 2, port) for rank in range(2)))
    assert all('in another order than the classes' in errors.get(timeout=5) for _ in range(2))


def test_categories_that_are_no_class_are_named_in_the_log(coco, caplog):
    edit(coco, lambda content: content['categories'].append(dict(id=99, name='unicorn')))
    start(detector(coco))
    (log,) = (coco / 'work').rglob('*.log')
    assert 'left out, since they are no classes: unicorn' in log.read_text()


@pytest.mark.parametrize(
    'name, head',
    [
        ('htc/htc_r50_fpn_1x_coco.py', 'roi_head.bbox_head.0'),
        ('retinanet/retinanet_r50_fpn_1x_coco.py', 'bbox_head'),
    ],
)
def test_the_number_of_classes_of_a_detector_is_compared(coco, name, head):
    match = f'{head} has num_classes=80, the data set 3 classes. Set num_classes=3'
    start(detector(coco, name, classes=80), ValueError, match)


@pytest.mark.parametrize(
    'harm, match',
    [
        (lambda root: shutil.rmtree(root / 'stuffthingmaps'), 'there is no folder .*stuffthingmaps/train2017'),
        (
            lambda root: (root / 'stuffthingmaps/train2017/000000000002.png').unlink(),
            '1 of 2 are not in .*stuffthingmaps/train2017/: 000000000002.png',
        ),
    ],
)
def test_the_semantic_branch_asks_for_its_label_maps(coco, harm, match):
    harm(coco)
    way_out = 'mmvpt::htc_protuning_without_semantic_coco'
    start(detector(coco), FileNotFoundError, f'HybridTaskCascade learns from label maps, but {match}.*{way_out}')
    start(detector(coco, 'htc/htc-without-semantic_r50_fpn_1x_coco.py'))


@pytest.mark.parametrize(
    'change, match',
    [
        ({'data_prefix': dict(img='train2017/', _delete_=True)}, 'names no folder of them: data_prefix='),
        ({'pipeline.1.with_seg': False}, 'has no LoadAnnotations with with_seg=True'),
    ],
)
def test_the_semantic_branch_asks_for_a_config_that_loads_label_maps(coco, change, match):
    changes = {f'train_dataloader.dataset.{key}': value for key, value in change.items()}
    start(detector(coco, **changes), ValueError, match)


def test_ids_that_the_semantic_branch_has_no_class_for_are_named(coco):
    for path in (coco / 'stuffthingmaps/train2017').iterdir():
        cv2.imwrite(str(path), np.full((64, 64), 200, np.uint8))
    start(detector(coco), ValueError, r'ids \[200\] outside the 183 classes')


def test_a_missing_file_is_named(coco):
    (coco / 'annotations/instances_train2017.json').unlink()
    start(detector(coco), FileNotFoundError, 'annotations/instances_train2017.json')


def test_all_that_is_wrong_is_told_where_no_picture_is_left(coco):
    """With classes of which none is in the file, mmdet keeps no picture and stumbles over the empty list."""
    config = detector(coco)
    config.train_dataloader.dataset.metainfo = dict(classes=('disc', 'ring', 'bar'))
    shutil.rmtree(coco / 'stuffthingmaps')
    with pytest.raises(ValueError, match='need at least one array') as caught:
        build_loops(make_runner(config), 'train')
    message = str(caught.value)
    assert 'no category for 3 of 3 classes: disc, ring, bar. Its categories are: person, bicycle, car' in message
    assert "stuffthingmaps/train2017. HTC's semantic branch learns from it" in message

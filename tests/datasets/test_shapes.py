import json
import os
import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import psutil
import pytest
from mmengine.registry import init_default_scope

from mmvpt.datasets.drawing import make
from mmvpt.datasets.drawing.segments import bounding_box, encode_mask
from mmvpt.datasets.shapes import EXPORTERS, make_shapes
from mmvpt.datasets.shapes.forms import FORMS
from mmvpt.datasets.shapes.materials import MATERIALS
from mmvpt.datasets.shapes.render import GROUND, STROKE, render_image, render_owners
from mmvpt.datasets.shapes.scene import LANDSCAPE, PORTRAIT, draw_scene

FEW = dict(train=8, val=8)  # each class once


def contents(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob('*') if path.is_file()}


@pytest.fixture(scope='module')
def shapes(tmp_path_factory):
    root = tmp_path_factory.mktemp('shapes')
    make_shapes(root, splits=FEW)
    return root


def test_a_scene_is_a_function_of_its_generator():
    first, second = (draw_scene(np.random.default_rng(3), LANDSCAPE, 64) for _ in range(2))
    assert first == second
    assert (render_image(first) == render_image(second)).all()
    assert draw_scene(np.random.default_rng(4), LANDSCAPE, 64) != first


def test_every_form_covers_a_part_of_its_circle_and_stays_near_it():
    y, x = np.mgrid[-2:2:0.05, -2:2:0.05]
    for outline in FORMS.values():
        inside = outline(x, y) < 0
        assert 0.15 < inside.sum() / (np.hypot(x, y) < 1).sum() <= 1
        assert np.hypot(x, y)[inside].max() < 1.2


def test_every_material_but_the_plain_one_shows_both_colours():
    y, x = np.mgrid[0:20:0.5, 0:20:0.5]
    shown = {name: set(np.sign(pattern(x, y)).ravel()) - {0} for name, pattern in MATERIALS.items()}
    assert shown.pop('plain') == {-1}
    assert all(signs == {-1, 1} for signs in shown.values())


def test_later_shapes_hide_earlier_ones():
    scene = draw_scene(np.random.default_rng(0), PORTRAIT, 64)
    (shape,) = scene.shapes
    owners = render_owners(replace(scene, shapes=(shape, shape)))
    assert set(np.unique(owners)) == {GROUND, 1}


def test_owners_name_shapes_ground_and_strokes():
    owners = [render_owners(draw_scene(np.random.default_rng(seed), LANDSCAPE, 64)) for seed in range(20)]
    assert {GROUND, STROKE, 0, 1} == set(np.unique(owners))


def test_every_mask_reads_back_to_the_pixel():
    masks = pytest.importorskip('pycocotools.mask')
    rng = np.random.default_rng(0)
    kinds = set()
    for _ in range(200):
        blocks = rng.random(rng.integers(1, 6, 2)) < 0.6  # pieces, holes, corners that touch, single pixels
        mask = np.pad(np.kron(blocks, np.ones(rng.integers(1, 4, 2), bool)).astype(bool), rng.integers(0, 2, (2, 2)))
        if not mask.any():
            continue
        code = encode_mask(mask)
        kinds.add((type(code), min(len(code), 2)))
        parts = masks.frPyObjects(code, *mask.shape)
        run_lengths = masks.merge(parts) if isinstance(parts, list) else parts
        assert (masks.decode(run_lengths) == mask).all()
        assert masks.toBbox(run_lengths).tolist() == bounding_box(mask)
    assert kinds == {(list, 1), (list, 2), (dict, 2)}


def test_a_square_is_a_polygon_of_four_corners():
    mask = np.zeros((6, 6), bool)
    mask[1:3, 2:5] = True
    (polygon,) = encode_mask(mask)
    corners = list(zip(polygon[::2], polygon[1::2], strict=True))
    assert sorted(corners) == [(2, 1), (2, 3), (5, 1), (5, 3)]


def test_neither_processes_nor_order_change_a_byte(shapes, tmp_path):
    make_shapes(tmp_path, reversed(EXPORTERS), splits=FEW, workers=2)
    assert contents(tmp_path) == contents(shapes)


def test_more_pictures_leave_the_first_ones_as_they_are(shapes, tmp_path):
    make_shapes(tmp_path, ['segmentation'], splits=dict(train=10, val=8))
    before = contents(shapes / 'segmentation' / 'images' / 'training')
    assert before.items() <= contents(tmp_path / 'segmentation' / 'images' / 'training').items()


def test_another_seed_draws_other_pictures(shapes, tmp_path):
    make_shapes(tmp_path, ['segmentation'], splits=FEW, seed=1)
    ours, theirs = contents(shapes / 'segmentation'), contents(tmp_path / 'segmentation')
    assert ours.keys() == theirs.keys()
    assert not set(ours.values()) & set(theirs.values())


def test_what_is_whole_is_left_alone(shapes, capsys):
    before = {path: path.stat().st_mtime_ns for path in shapes.rglob('*')}
    make_shapes(shapes, splits=FEW)
    assert {path: path.stat().st_mtime_ns for path in shapes.rglob('*')} == before
    assert 'nothing to do' in capsys.readouterr().out


@pytest.mark.parametrize('harm', ['cut', 'remove', 'add', 'garble'])
def test_damage_heals(shapes, tmp_path, harm):
    make_shapes(tmp_path, ['segmentation'], splits=FEW)
    folder = tmp_path / 'segmentation'
    victim = next((folder / 'annotations' / 'training').iterdir())
    dict(
        cut=lambda: victim.write_bytes(victim.read_bytes()[:20]),
        remove=victim.unlink,
        add=lambda: victim.with_name('stray.png').write_bytes(b''),
        garble=lambda: (folder / 'manifest.json').write_text('{'),
    )[harm]()
    make_shapes(tmp_path, ['segmentation'], splits=FEW)
    assert contents(folder) == contents(shapes / 'segmentation')


def test_leftovers_of_an_interrupted_run_do_no_harm(shapes, tmp_path):
    gone = subprocess.Popen(['true'])
    gone.wait()
    leftovers = [tmp_path / f'segmentation.partial-{number}' for number in (gone.pid, os.getpid())]
    for leftover in leftovers:
        (leftover / 'images' / 'training').mkdir(parents=True)
        (leftover / 'images' / 'training' / '99999.jpg').write_bytes(b'')
    make_shapes(tmp_path, ['segmentation'], splits=FEW)
    assert contents(tmp_path / 'segmentation') == contents(shapes / 'segmentation')
    assert not any(leftover.exists() for leftover in leftovers)


def test_leftovers_of_a_process_that_lives_stay_and_it_is_not_signalled(tmp_path, monkeypatch):
    """Windows has no signal that only asks: one of number 0 interrupts there."""
    monkeypatch.setattr(psutil, 'pid_exists', lambda number: number == 7)
    monkeypatch.setattr(os, 'kill', None)
    leftovers = [tmp_path / f'segmentation.partial-{number}' for number in (7, 8)]
    for leftover in leftovers:
        leftover.mkdir()
    make._remove_leftovers(tmp_path / 'segmentation')
    assert [leftover.exists() for leftover in leftovers] == [True, False]


def test_two_processes_that_make_the_same_do_not_disturb_each_other(shapes, tmp_path, monkeypatch):
    """The other starts when this one has drawn a picture, and ends before it."""
    code = (
        f'from mmvpt.datasets.shapes import make_shapes; make_shapes({str(tmp_path)!r}, ["segmentation"], splits={FEW})'
    )
    draw = make._write_scene
    met = []

    def draw_with_company(*args):
        written = draw(*args)
        if not met:
            met.append(subprocess.run([sys.executable, '-c', code], check=True))
            assert contents(tmp_path / 'segmentation') == contents(shapes / 'segmentation')
        return written

    monkeypatch.setattr(make, '_write_scene', draw_with_company)
    make_shapes(tmp_path, ['segmentation'], splits=FEW)
    assert met
    assert contents(tmp_path / 'segmentation') == contents(shapes / 'segmentation')
    assert [path.name for path in tmp_path.iterdir()] == ['segmentation']


def test_other_parameters_make_it_anew(tmp_path):
    make_shapes(tmp_path, ['classification'], splits=FEW)
    make_shapes(tmp_path, ['classification'], splits=dict(train=2, val=1))
    manifest = json.loads((tmp_path / 'classification' / 'manifest.json').read_text())
    assert manifest['recipe']['splits'] == dict(train=2, val=1)
    assert len(list(tmp_path.rglob('*.png'))) == 3


def test_a_folder_of_someone_else_is_not_replaced(tmp_path):
    (tmp_path / 'segmentation').mkdir()
    with pytest.raises(FileExistsError, match='Shapes did not make it'):
        make_shapes(tmp_path, ['segmentation'], splits=FEW)


def test_an_unknown_format_lists_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match="no format 'voc'. Formats: classification, segmentation"):
        make_shapes(tmp_path, ['voc'])


def test_an_unknown_split_lists_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match="no split 'test'. Splits: train, val"):
        make_shapes(tmp_path, splits=dict(test=1))


def test_the_custom_dataset_of_mmpretrain_reads_the_image_folder(shapes):
    from mmpretrain.datasets import CustomDataset

    init_default_scope('mmpretrain')
    pipeline = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
    dataset = CustomDataset(str(shapes / 'classification'), data_prefix='train', pipeline=pipeline)
    classes = EXPORTERS['classification'].classes
    assert len(dataset) == 8
    assert tuple(dataset.CLASSES) == classes
    for index, sample in enumerate(dataset):
        assert sample['inputs'].shape == (3, 64, 64)
        assert f'/{classes[sample["data_samples"].gt_label.item()]}/' in dataset.get_data_info(index)['img_path']


def test_the_base_dataset_of_mmseg_reads_the_ade20k_layout(shapes):
    from mmseg.datasets import BaseSegDataset

    init_default_scope('mmseg')
    classes = EXPORTERS['segmentation'].classes
    dataset = BaseSegDataset(
        data_root=str(shapes / 'segmentation'),
        data_prefix=dict(img_path='images/validation', seg_map_path='annotations/validation'),
        metainfo=dict(classes=classes),
        reduce_zero_label=True,
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(type='LoadAnnotations', reduce_zero_label=True),
            dict(type='PackSegInputs'),
        ],
    )
    assert len(dataset) == 8
    for sample in dataset:
        ids = set(sample['data_samples'].gt_sem_seg.data.unique().tolist())
        assert sample['inputs'].shape == (3, 64, 64)
        assert 0 in ids and ids - {255} <= set(range(len(classes)))


def test_the_ade20k_dataset_of_mmseg_itself_finds_the_files(shapes):
    from mmseg.datasets import ADE20KDataset

    prefix = dict(img_path='images/training', seg_map_path='annotations/training')
    assert len(ADE20KDataset(data_root=str(shapes / 'segmentation'), data_prefix=prefix)) == 8


@pytest.fixture(scope='module')
def detection(tmp_path_factory):
    root = tmp_path_factory.mktemp('detection')
    make_shapes(root, ['detection'], splits=dict(train=12, val=4))
    return root / 'detection'


def detection_scenes(number):
    """What the first training pictures show."""
    exporter = EXPORTERS['detection']
    key = b'detection/train'
    for index in range(number):
        yield exporter.draw(np.random.default_rng([0, index, *key]), index, exporter.size)


def test_coco_files_have_all_their_parts_and_every_number_once(detection):
    for split, number in dict(train=12, val=4).items():
        whole = json.loads((detection / 'annotations' / f'instances_{split}2017.json').read_text())
        assert set(whole) == {'info', 'licenses', 'images', 'annotations', 'categories'}
        assert [image['id'] for image in whole['images']] == list(range(1, number + 1))
        assert [item['id'] for item in whole['annotations']] == list(range(1, len(whole['annotations']) + 1))
        assert {item['image_id'] for item in whole['annotations']} == set(range(1, number + 1))
        assert [(item['id'], item['name']) for item in whole['categories']] == list(enumerate(FORMS, start=1))
        for folder in (f'{split}2017', f'stuffthingmaps/{split}2017'):
            assert len(list((detection / folder).iterdir())) == number


def test_label_maps_have_ids_one_below_the_categories_then_the_ground(detection):
    names = list(FORMS)
    seen = set()
    for number, scene in enumerate(detection_scenes(12), start=1):
        labels = cv2.imread(str(detection / 'stuffthingmaps' / 'train2017' / f'{number:06d}.png'), -1)
        owners = render_owners(scene)
        for owner in np.unique(owners):
            others = {GROUND: len(names), STROKE: 255}
            expected = others[owner] if owner in others else names.index(scene.shapes[owner].form)
            assert set(labels[owners == owner]) == {expected}
            seen.add(expected)
    assert {len(names), 255} <= seen and len(seen) > 4


def test_what_is_hardly_seen_is_no_instance():
    exporter = EXPORTERS['detection']
    mask = np.zeros((64, 64), bool)
    mask[0, :15] = True
    assert not list(exporter.records([('disc', mask)]))
    mask[0, :16] = True
    assert [(item['bbox'], item['area']) for item in exporter.records([('disc', mask)])] == [([0, 0, 16, 1], 16)]


def test_the_coco_dataset_of_mmdet_reads_boxes_and_masks_as_they_were_drawn(detection):
    pytest.importorskip('mmdet')
    from mmdet.datasets import CocoDataset

    init_default_scope('mmdet')
    load = dict(type='LoadAnnotations', with_bbox=True, with_mask=True, with_seg=True)
    dataset = CocoDataset(
        data_root=str(detection),
        ann_file='annotations/instances_train2017.json',
        data_prefix=dict(img='train2017/', seg='stuffthingmaps/train2017/'),
        metainfo=dict(classes=EXPORTERS['detection'].classes),
        pipeline=[dict(type='LoadImageFromFile'), load],
    )
    assert len(dataset) == 12
    codes = set()
    for sample, scene in zip(dataset, detection_scenes(12), strict=True):
        owners = render_owners(scene)
        visible = [index for index in range(len(scene.shapes)) if (owners == index).mean() >= 1 / 256]
        labels = [list(FORMS).index(scene.shapes[index].form) for index in visible]
        assert sample['gt_bboxes_labels'].tolist() == labels
        assert sample['gt_seg_map'].shape == sample['img'].shape[:2]
        for index, mask, box in zip(visible, sample['gt_masks'].masks, sample['gt_bboxes'].tensor, strict=True):
            rows, columns = np.nonzero(owners == index)
            assert (mask == (owners == index)).all()
            assert box.tolist() == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        codes |= {type(instance['mask']) for instance in sample['instances']}
    assert codes == {list, dict}


def test_the_truth_scores_an_average_precision_of_one(detection, capsys):
    coco = pytest.importorskip('pycocotools.coco')
    cocoeval = pytest.importorskip('pycocotools.cocoeval')
    truth = coco.COCO(str(detection / 'annotations' / 'instances_train2017.json'))
    keys = ('image_id', 'category_id', 'bbox')
    found = [
        dict({key: item[key] for key in keys}, segmentation=truth.annToRLE(item), score=1.0)
        for item in truth.anns.values()
    ]
    for kind in ('bbox', 'segm'):
        evaluation = cocoeval.COCOeval(truth, truth.loadRes(found), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
        assert evaluation.stats[0] == pytest.approx(1)

import json
from dataclasses import replace

import numpy as np
import pytest
from mmengine.registry import init_default_scope

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
    leftover = tmp_path / 'segmentation.partial' / 'images' / 'training' / '99999.jpg'
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b'')
    make_shapes(tmp_path, ['segmentation'], splits=FEW)
    assert contents(tmp_path / 'segmentation') == contents(shapes / 'segmentation')
    assert not leftover.exists()


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

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmvpt.datasets.clutter import TEXTURES
from mmvpt.datasets.clutter.factors import find_places
from mmvpt.datasets.clutter.pretext import SEEN, WITHHELD_FORMS, WITHHELD_TEXTURES
from mmvpt.datasets.mini_vtab import FORMATS, TASK_GROUPS, make_mini_vtab
from mmvpt.datasets.mini_vtab.digits import load_digits
from mmvpt.datasets.mini_vtab.task import ClutterTask

TASKS = [exporter for exporter in FORMATS.values() if isinstance(exporter, ClutterTask)]
NAMES = [task.name for task in TASKS]


def drawn(task, name, seed=0):
    return task.draw_class(np.random.default_rng(seed), name, 64)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('mini_vtab')
    make_mini_vtab(root, ['count', 'digits'], splits=dict(train=12, test=12))
    make_mini_vtab(root, ['segmentation', 'detection'], splits=dict(train=4, val=4))
    return root


def test_there_are_nine_tasks_and_more_in_three_groups():
    assert list(TASK_GROUPS) == ['natural', 'specialised', 'structured']
    names = [name for group in TASK_GROUPS.values() for name in group]
    assert len(names) == len(set(names)) == 12
    assert set(names) | {'segmentation', 'detection'} == set(FORMATS)


@pytest.mark.parametrize('task', TASKS, ids=NAMES)
def test_tasks_show_only_what_no_base_has_seen(task):
    for name in task.classes:
        ranges = task.ranges(name)
        assert set(ranges.forms) <= set(WITHHELD_FORMS)
        assert {*ranges.textures, *ranges.ground_textures} <= set(WITHHELD_TEXTURES)
    assert not {*SEEN.forms} & {*WITHHELD_FORMS} and not {*SEEN.textures} & {*WITHHELD_TEXTURES}
    assert {*SEEN.textures, *WITHHELD_TEXTURES} == set(TEXTURES)


def test_the_dense_sets_show_things_that_no_base_has_seen():
    for name in ('segmentation', 'detection'):
        assert set(FORMATS[name].ranges.forms) <= set(WITHHELD_FORMS)


@pytest.mark.parametrize('task', TASKS, ids=NAMES)
def test_every_class_is_drawn_and_differs_from_seed_to_seed(task):
    assert len(set(task.classes)) == len(task.classes) >= 4
    for name in task.classes[:: len(task.classes) - 1]:
        first, again, other = (drawn(task, name, seed) for seed in (0, 0, 1))
        assert task.label(first) == name
        assert (task.image(first) == task.image(again)).all()
        assert (task.image(first) != task.image(other)).any()


def test_what_is_asked_is_what_is_drawn():
    """Each label, from the picture by other means than those that made it."""
    tasks = dict(zip(NAMES, TASKS, strict=True))
    for seed in range(3):
        assert {thing.form for thing in drawn(tasks['things'], 'duck', seed).picture.things} == {'duck'}
        assert {thing.form for thing in drawn(tasks['letters'], 'letter_Q', seed).picture.things} == {'letter_Q'}
        assert drawn(tasks['materials'], 'maze', seed).picture.backdrop.wall.texture == 'maze'
        assert 16 <= drawn(tasks['scraps'], '2', seed).picture.backdrop.fragments.number <= 18
        turn = drawn(tasks['motion'], '2', seed).picture.camera.motion_turn
        assert abs(turn - 90) <= 22.5
        shown = drawn(tasks['count'], '4', seed)
        assert len(set(np.unique(shown.rendering.owners)) - {-1}) == 5
        rows, columns = np.nonzero(drawn(tasks['place'], '5', seed).rendering.owners == 0)
        assert columns.mean() > 64 * 0.55 and 64 * 0.2 < rows.mean() < 64 * 0.8
        assert -45 <= drawn(tasks['turn'], '2', seed).picture.things[0].turn <= -22.5
        sides = [drawn(tasks['size'], name, seed).picture.things[0].size for name in '05']
        assert sides[0] < 0.28 < 0.6 <= sides[1]
        first, second = find_places(drawn(tasks['distance'], '0', seed).picture)
        assert 0.22 <= np.hypot(*(first - second)) < 0.3
        parts = [drawn(tasks['hidden'], name, seed).rendering.visible[0] for name in '03']
        assert parts[0] < 0.45 < 0.99 <= parts[1]


def test_a_task_is_an_image_folder_with_its_classes_in_turn(root):
    files = sorted((root / 'count' / 'train').rglob('*.png'), key=lambda path: path.name)
    assert [path.parent.name for path in files] == list('012345') * 2
    assert cv2.imread(str(files[0])).shape == (64, 64, 3)


def test_digits_are_those_of_people_and_none_is_in_both_splits(root):
    images, labels = load_digits()
    seen = set()
    for split, start in (('train', 0), ('test', 1000)):
        for path in (root / 'digits' / split).rglob('*.png'):
            place = start + int(path.stem)
            pixels = cv2.imread(str(path))
            assert int(path.parent.name) == labels[place]
            small = cv2.resize(pixels, (8, 8), interpolation=cv2.INTER_AREA)[..., 0].astype(float)
            assert np.corrcoef(small.ravel(), images[place].ravel())[0, 1] > 0.9
            seen.add(place)
    assert len(seen) == 24


def test_more_digits_than_there_are_are_refused(tmp_path):
    with pytest.raises(ValueError, match='there are 797 handwritten digits for it'):
        make_mini_vtab(tmp_path, ['digits'], splits=dict(train=1, test=798))
    assert not (tmp_path / 'digits').exists()


def test_label_maps_name_things_and_ground(root):
    names = FORMATS['segmentation'].classes
    found = set()
    for path in (root / 'segmentation' / 'annotations' / 'training').iterdir():
        labels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert labels.shape == (96, 96) and labels.min() >= 1 and labels.max() <= len(names)
        found |= set(np.unique(labels).tolist())
    assert 1 in found and len(found) >= 3


def test_instances_are_things_with_masks(root):
    whole = json.loads((root / 'detection' / 'annotations' / 'instances_val2017.json').read_text())
    assert [category['name'] for category in whole['categories']] == list(FORMATS['detection'].classes)
    assert len(whole['images']) == 4 and whole['annotations']
    for item in whole['annotations']:
        left, top, width, height = item['bbox']
        assert 0 < item['area'] <= width * height
    assert {Path(image['file_name']).suffix for image in whole['images']} == {'.jpg'}


def test_the_same_seed_gives_the_same_files_and_an_unknown_set_is_refused(root, tmp_path):
    make_mini_vtab(tmp_path, ['count'], splits=dict(train=12, test=12), workers=2)
    for path in (root / 'count').rglob('*.png'):
        assert (tmp_path / path.relative_to(root)).read_bytes() == path.read_bytes()
    with pytest.raises(ValueError, match="no set 'counts'. Did you mean count"):
        make_mini_vtab(tmp_path, ['counts'])

"""Fields of a COCO file that are not what they should be end in a finding, never in a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mmvpt.datasets.verify import LAYOUTS, Findings, verify
from tests.damage import harm as do
from tests.damage.harm import Harm
from tests.data_makers import make_coco

CLASSES = ('person', 'bicycle', 'car')
FILE = 'annotations/instances_train2017.json'
SQUARE = [2, 8, 30, 8, 30, 40, 2, 40]


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    return make_coco(tmp_path, num_images=3, num_classes=3, stuff=False)


def look(root: Path) -> Findings:
    return verify(LAYOUTS['coco'](root, CLASSES), quick=True)


def mask(*polygons: object) -> Harm:
    return do.change_object(0, segmentation=list(polygons))


def runs(**fields: object) -> Harm:
    return do.edit(lambda content: content['annotations'][1]['segmentation'].update(fields) and None)


def edit_all(**fields: object) -> Harm:
    return do.edit(lambda content: [item.update(fields) for item in content['annotations']] and None)


FIELDS: list[tuple[Harm, str]] = [
    (do.nest, 'is not of COCO: it has hundreds of lists or objects inside of each other'),
    (do.other_encoding, 'is not JSON'),
    (do.folder_instead, 'cannot be read as a file: it is a folder'),
    (
        do.edit(lambda content: content['images'].append(None)),
        'images without id, file_name, width, height: 1 (images[3])',
    ),
    (do.change_picture(1, width='64'), 'images whose width is not a whole number above 0: 1 (images[1])'),
    (do.change_picture(1, width=float('nan')), 'images whose width is not a whole number above 0'),
    (do.change_picture(1, height=-64), 'images whose height is not a whole number above 0'),
    (do.change_picture(1, file_name=7), 'images whose file_name is not text: 1 (images[1])'),
    (do.change_picture(1, file_name=['a']), 'images whose file_name is not text'),
    (do.change_picture(1, id=[1]), 'images whose id is not a whole number'),
    (do.change_picture(1, file_name='000000000001.jpg'), 'files of several pictures: 1 (000000000001.jpg)'),
    (do.change_picture(1, file_name='../a.jpg'), 'files outside of'),
    (do.change_object(2, area='840'), 'annotations whose area is not a finite number: 1 (annotations[2])'),
    (do.change_object(2, area=float('nan')), 'annotations whose area is not a finite number'),
    (do.change_object(2, bbox=[2, float('inf'), 9, 9]), 'annotations whose bbox is not a list of four finite numbers'),
    (do.change_object(2, area=10**400), 'annotations whose area is not a finite number'),
    (do.change_object(2, bbox=4 * [True]), 'annotations whose bbox is not a list of four finite numbers'),
    (do.change_object(2, image_id=[1]), 'annotations whose image_id is not a whole number'),
    (do.change_object(2, category_id='person'), 'annotations whose category_id is not a whole number'),
    (do.change_object(2, iscrowd='no'), 'annotations whose iscrowd is not 0 or 1: 1 (annotation 3)'),
    (do.change_category(0, name=5), 'categories whose name is not text: 1 (categories[0])'),
    (do.edit(lambda content: content.update(annotations=[])), 'has no annotations at all. mmdet leaves out pictures'),
    (do.edit(lambda content: content.update(images=[], annotations=[])), 'has no images at all. There is nothing'),
]


@pytest.mark.parametrize('harm, found', FIELDS)
def test_a_field_of_another_type_is_named(coco: Path, harm: Harm, found: str) -> None:
    harm(coco / FILE)
    problems = [problem for problem in str(look(coco)).partition('Problems\n')[2].splitlines() if found in problem]
    assert problems and FILE in problems[0]


BOXES: list[tuple[list[float], str]] = [
    ([30, 8, -28, 32], 'boxes of negative width or height, whose objects mmdet leaves out'),
    ([2, 8, 28, 0], 'boxes of no width or height, whose objects mmdet leaves out'),
    ([200, 8, 28, 32], 'boxes outside of their picture, whose objects mmdet leaves out'),
    ([40, 8, 60, 32], 'boxes that reach out of their picture'),
]


@pytest.mark.parametrize('box, found', BOXES)
def test_a_box_that_mmdet_passes_over_is_a_problem(coco: Path, box: list[float], found: str) -> None:
    do.change_object(0, bbox=box)(coco / FILE)
    assert f'{FILE}: {found}: 1 (annotation 1)' in str(look(coco)).partition('Problems\n')[2]


def test_all_boxes_of_no_width_are_a_problem(coco: Path) -> None:
    edit_all(bbox=[2, 8, 0, 32])(coco / FILE)
    assert 'boxes of no width or height, whose objects mmdet leaves out: 6 (' in str(look(coco))


def test_very_few_boxes_of_no_height_are_a_remark_since_coco_has_some(coco: Path) -> None:
    def change(content: dict) -> None:
        first = content['annotations'][0]
        content['annotations'] += [dict(first, id=number) for number in range(100, 20_100)]
        content['annotations'][7]['bbox'] = [2, 8, 28, 0]

    do.edit(change)(coco / FILE)
    found = look(coco)
    assert not found.problems
    assert 'boxes of no width or height, whose objects mmdet leaves out: 1 (annotation 101)' in str(found)


MASKS: list[tuple[Harm, str]] = [
    (mask([2, 8, 30, 40]), 'masks without three corners, whose objects mmdet does not learn from'),
    (mask([]), 'masks without three corners'),
    (mask(SQUARE[:-1]), 'masks without three corners'),
    (mask(*SQUARE), 'polygons that are not lists of finite numbers'),
    (mask([SQUARE]), 'polygons that are not lists of finite numbers'),
    (mask([*SQUARE[:-1], None]), 'polygons that are not lists of finite numbers'),
    (mask([*SQUARE[:-1], float('nan')]), 'polygons that are not lists of finite numbers'),
    (mask([*SQUARE[:-1], float('inf')]), 'polygons that are not lists of finite numbers'),
    (mask([*SQUARE[:-1], 10**400]), 'polygons that are not lists of finite numbers'),
    (mask([*SQUARE[:-1], True]), 'polygons that are not lists of finite numbers'),
    (mask([value + 1e6 for value in SQUARE]), 'masks that lie outside of their picture'),
    (mask([40, 50, 60, 50, 60, 60, 40, 60]), 'masks that do not touch their box'),
    (do.change_object(0, segmentation='square'), 'masks that are neither polygons nor run lengths'),
    (runs(counts='garbage \x7f!'), 'run lengths that are neither whole numbers from 0 on nor the letters for some'),
    (runs(counts='b3'), 'run lengths that do not add up to their picture'),
    (runs(counts=[-10, 4106]), 'run lengths that are neither whole numbers'),
    (runs(counts=[100.5, 3995.5]), 'run lengths that are neither whole numbers'),
    (runs(counts=['a']), 'run lengths that are neither whole numbers'),
    (runs(counts=[100, float('nan')]), 'run lengths that are neither whole numbers'),
    (runs(size=None), 'masks that are neither polygons nor run lengths'),
    (runs(size=[64, float('nan')]), 'masks that are neither polygons nor run lengths'),
]


@pytest.mark.parametrize('harm, found', MASKS)
def test_a_mask_that_is_none_is_a_problem(coco: Path, harm: Harm, found: str) -> None:
    harm(coco / FILE)
    (problem,) = look(coco).problems
    assert found in problem and FILE in problem


FINE: list[Callable[[dict], object]] = [
    lambda content: content['annotations'][0].update(segmentation=[SQUARE, [1, 2, 3, 4]]),  # one piece is left out
    lambda content: content['annotations'][0].update(segmentation=[[value - 1 for value in SQUARE]]),
    lambda content: content['annotations'][0].update(id=1.0, iscrowd=False),
    lambda content: content['images'][0].update(width=64.0),
    lambda content: content['annotations'][0].update(bbox=[4, 4, 0.5, 9], segmentation=[[4, 4, 5, 4, 5, 9]]),
]


@pytest.mark.parametrize('change', FINE)
def test_what_mmdet_gets_over_is_no_problem(coco: Path, change: Callable[[dict], object]) -> None:
    do.edit(lambda content: change(content) and None)(coco / FILE)
    assert not look(coco).problems


def test_masks_in_letters_are_fine(coco: Path) -> None:
    mask_utils = pytest.importorskip('pycocotools.mask')
    content = json.loads((coco / FILE).read_text())
    for item in content['annotations']:
        if isinstance(item['segmentation'], dict):
            letters = mask_utils.frPyObjects(item['segmentation'], 64, 64)
            item['segmentation'] = dict(letters, counts=letters['counts'].decode())
    (coco / FILE).write_text(json.dumps(content))
    assert not look(coco).problems

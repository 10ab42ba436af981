"""Label maps whose ids do not mean what the setting says are found, and the cure is named."""

from __future__ import annotations

import json
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmvpt.datasets.verify import LAYOUTS, Findings, parts_of_config, verify
from mmvpt.datasets.verify.findings import REMEDY
from tests.data_makers import make_ade, make_coco

TOOL = Path(__file__).resolve().parents[2] / 'tools' / 'verify_dataset.py'
ROADS = ('background', 'road', 'building')
SET_FALSE = 'set reduce_zero_label=False in the data set'
SET_TRUE = 'set reduce_zero_label=True in the data set'


def write_maps(root: Path, ids: list[int], splits: tuple[str, ...] = ('training', 'validation')) -> Path:
    """One picture and label map for each split; each id has the same number of pixels."""
    make_ade(root, num_images=1, splits=splits)
    labels = np.repeat(np.array(ids, np.uint8), 32)[:, None].repeat(32, 1)
    for split in splits:
        Image.fromarray(labels).save(root / f'annotations/{split}/0000.png')
        Image.new('RGB', labels.shape[::-1]).save(root / f'images/{split}/0000.jpg')
    return root


def look(root: Path, reduce_zero_label: bool, classes: tuple[str, ...] = ROADS, quick: bool = False) -> Findings:
    return verify(LAYOUTS['ade20k'](root, classes, reduce_zero_label=reduce_zero_label), quick=quick)


def problems(findings: Findings) -> str:
    return '\n'.join(findings.problems)


def test_masks_where_0_is_the_background_need_the_other_setting(tmp_path):
    root = write_maps(tmp_path, [0, 1, 2])
    found = look(root, reduce_zero_label=True)
    (problem,) = found.problems
    assert 'annotations/training: no pixel has 1 of 3 classes (index 2: building)' in problem
    assert 'every id as the class before it. If 0 is a class, such as the background, ' + SET_FALSE in problem
    assert str(found).endswith('1 problem found. ' + REMEDY)
    right = look(root, reduce_zero_label=False)
    assert not right.problems and not right.remarks


def test_masks_where_0_is_nothing_need_the_other_setting(tmp_path):
    found = look(write_maps(tmp_path / 'whole', [0, 1, 2, 3]), reduce_zero_label=False)
    assert '0 is the first of 3 classes and id 3 one too many' in problems(found)
    assert SET_TRUE in problems(found) and 'no pixel has' not in problems(found)
    found = look(write_maps(tmp_path / 'without_0', [1, 2, 3]), reduce_zero_label=False)
    assert SET_TRUE in problems(found)
    assert 'no pixel has 1 of 3 classes (index 0: background). Correct the ids first.' in problems(found)
    found = look(write_maps(tmp_path / 'without_ends', [1, 2]), reduce_zero_label=False)
    assert SET_TRUE in problems(found)
    assert not look(tmp_path / 'without_0', reduce_zero_label=True).problems


@pytest.mark.parametrize('reduce_zero_label', [True, False])
def test_black_and_white_masks_are_told_to_become_0_and_1(tmp_path, reduce_zero_label):
    root = write_maps(tmp_path, [0, 255])
    found = look(root, reduce_zero_label, ('background', 'object'))
    for split in ('training', 'validation'):
        assert f'annotations/{split}: The label maps hold 0 and 255 alone, and 255 is read as nothing' in problems(
            found
        )
    assert 'Write 1 in place of 255, by Image.fromarray(' in problems(found) and SET_FALSE in problems(found)


def test_the_command_for_black_and_white_masks_mends_them(tmp_path):
    root = write_maps(tmp_path, [0, 255])
    sentence = problems(look(root, False, ('background', 'object')))
    command = sentence.partition('255, by ')[2].partition(' for each file')[0]
    for path in (root / 'annotations').rglob('*.png'):
        exec(command, dict(Image=Image, numpy=np, path=path))  # noqa: S102
    assert not look(root, False, ('background', 'object')).problems


def run_block_of_the_page_on_data(about: str) -> None:
    """Run the Python block that has these words."""
    page = (TOOL.parents[1] / 'docs' / 'guides' / 'data.md').read_text()
    (block,) = (block for block in re.findall(r'```python\n(.*?)```', page, flags=re.DOTALL) if about in block)
    exec(block, {})  # noqa: S102


def test_the_page_on_data_mends_black_and_white_masks_even_with_soft_edges(tmp_path, monkeypatch):
    root = write_maps(tmp_path / 'data/cells', [0, 3, 252, 255])
    monkeypatch.chdir(tmp_path)
    run_block_of_the_page_on_data('data/cells')
    found = look(root, False, ('background', 'cell'))
    assert not found.problems and 'background 50.0%, cell 50.0%, nothing 0.0%' in '\n'.join(found.facts)


def test_the_page_on_data_turns_colours_into_ids(tmp_path, monkeypatch):
    root = write_maps(tmp_path / 'data/streets', [0])
    colours = np.array([[[0, 0, 0], [128, 64, 128], [70, 70, 70], [9, 9, 9]]], np.uint8).repeat(4, 0)
    for split in ('training', 'validation'):
        Image.fromarray(colours).save(root / f'annotations/{split}/0000.png')
        Image.fromarray(colours).save(root / f'images/{split}/0000.jpg')
    assert 'colours where ids should be' in problems(look(root, False))
    monkeypatch.chdir(tmp_path)
    run_block_of_the_page_on_data('data/streets')
    found = look(root, False)
    assert not found.problems
    assert 'background 25.0%, road 25.0%, building 25.0%, nothing 25.0%' in '\n'.join(found.facts)


def test_two_levels_among_many_classes_are_no_proof_for_a_split_that_is_not_trained_on(tmp_path):
    write_maps(tmp_path, [0, 1, 2], ('training',))
    write_maps(tmp_path, [0, 255], ('validation',))  # background, and a border that nobody labelled
    assert not look(tmp_path, reduce_zero_label=False).problems


@pytest.mark.parametrize('ids, reduce_zero_label', [([0, 127, 255], False), ([0, 60, 120, 180], True)])
def test_levels_of_grey_are_told_from_numbers_of_classes(tmp_path, ids, reduce_zero_label):
    found = look(write_maps(tmp_path, ids), reduce_zero_label)
    listed = ', '.join(map(str, ids))
    assert f'not a level of grey or of a palette. Number the ids in turn: {listed}.' in problems(found)


def test_a_class_that_training_lacks_is_a_problem_and_one_that_validation_lacks_a_remark(tmp_path):
    write_maps(tmp_path, [1, 3], ('training',))
    write_maps(tmp_path, [1, 2], ('validation',))
    found = look(tmp_path, reduce_zero_label=True)
    (problem,), (remark,) = found.problems, found.remarks
    assert 'training: no pixel has 1 of 3 classes (index 1: road). A class without an example is not learnt' in problem
    assert 'validation: no pixel has 1 of 3 classes (index 2: building)' in remark


def test_nothing_in_more_than_half_of_the_pixels_is_worth_a_remark(tmp_path):
    found = look(write_maps(tmp_path, [0, 0, 0, 1, 3]), reduce_zero_label=True, classes=('road', 'car', 'building'))
    assert any('0, in 60% of the pixels, is read as nothing' in text and SET_FALSE in text for text in found.remarks)
    assert not look(write_maps(tmp_path, [0, 1, 2, 3]), reduce_zero_label=True).remarks


def test_the_share_of_each_class_is_told(tmp_path):
    facts = '\n'.join(look(write_maps(tmp_path, [0, 1, 1, 2, 255]), reduce_zero_label=False).facts)
    assert '3 of 3 classes occur; of the pixels: background 20.0%, road 40.0%, building 20.0%, nothing 20.0%' in facts
    facts = '\n'.join(look(tmp_path, reduce_zero_label=True).facts)
    assert '2 of 3 classes occur; of the pixels: background 40.0%, road 20.0%, building 0.0%, nothing 40.0%' in facts


def test_the_quick_look_says_what_it_cannot_know(tmp_path):
    found = look(write_maps(tmp_path, [0, 1, 2]), reduce_zero_label=True, quick=True)
    assert not found.problems
    assert 'annotations/training: not opened, so nothing is known of their ids' in '\n'.join(found.facts)


@pytest.mark.parametrize('mode', ['P', '1', 'I;16'])
def test_ids_are_counted_in_every_kind_of_file_with_one_number_for_each_pixel(tmp_path, mode):
    root = write_maps(tmp_path, [0, 1])
    for path in (root / 'annotations').rglob('*.png'):
        labels = np.array(Image.open(path))
        made = Image.fromarray(labels.astype({'1': bool, 'I;16': np.uint16}.get(mode, np.uint8)))
        if mode == 'P':
            made.putpalette([0, 0, 0, 200, 30, 30])
        made.save(path)
        with Image.open(path) as image:
            assert image.mode == mode
    facts = '\n'.join(look(root, False, ('ground', 'road')).facts)
    assert '2 of 2 classes occur; of the pixels: ground 50.0%, road 50.0%' in facts


# ----------------------------------------------------------------------------------------------------------- configs


def found_by_config(folder: Path, text: str) -> Findings:
    path = folder / 'config.py'
    path.write_text(text)
    return verify(parts_of_config(str(path)))


def own(root: Path, **options) -> dict:
    prefix = dict(img_path='images/training', seg_map_path='annotations/training')
    metainfo = dict(classes=ROADS)
    return dict(type='BaseSegDataset', data_root=str(root), data_prefix=prefix, metainfo=metainfo, **options)


def test_a_config_says_which_setting_is_meant(tmp_path):
    root = write_maps(tmp_path / 'data', [0, 1, 2])
    assert SET_FALSE in problems(
        found_by_config(tmp_path, f'train_dataloader = dict(dataset={own(root, reduce_zero_label=True)})')
    )
    assert not found_by_config(tmp_path, f'train_dataloader = dict(dataset={own(root)})').problems


def test_a_class_may_be_in_any_of_several_folders_of_training_data(tmp_path):
    one, other = write_maps(tmp_path / 'one', [0, 1]), write_maps(tmp_path / 'other', [0, 1, 3])
    together = dict(type='ConcatDataset', datasets=[own(one), own(other, reduce_zero_label=True)])
    assert not found_by_config(tmp_path, f'train_dataloader = dict(dataset={together})').problems
    together['datasets'].pop()
    (problem,) = found_by_config(tmp_path, f'train_dataloader = dict(dataset={together})').problems
    assert 'index 2: building' in problem


def test_a_folder_for_training_and_validation_is_looked_at_once(tmp_path):
    data = own(write_maps(tmp_path / 'data', [0, 1]))
    found = found_by_config(tmp_path, f'train_dataloader = val_dataloader = dict(dataset={data})')
    assert len(found.facts) == 2 and len(found.problems) == 1 and not found.remarks


def test_some_classes_of_ade20k_are_enough_where_a_config_names_some(tmp_path):
    chosen = dict(own(write_maps(tmp_path / 'data', [0, 1, 150])), type='ADE20KDataset')
    chosen['metainfo'] = dict(classes=('wall', 'flag'))
    assert not found_by_config(tmp_path, f'train_dataloader = dict(dataset={chosen})').problems
    del chosen['metainfo']
    assert 'no pixel has 148 of 150 classes (index 1, index 2, index 3, and 145 more).' in problems(
        found_by_config(tmp_path, f'train_dataloader = dict(dataset={chosen})')
    )


STOCK = """
_base_ = 'mmseg::vit/vit_deit-b16_upernet_8xb2-80k_ade20k-512x512.py'
data = dict(
    type='BaseSegDataset',
    data_root={root!r},
    metainfo=dict(classes=('background', 'road', 'building'), palette=[[0, 0, 0], [9, 9, 9], [90, 90, 90]]),
)
train_dataloader = dict(dataset=data)
val_dataloader = dict(dataset=data)
test_dataloader = dict(dataset=data)
"""


def test_a_stock_config_whose_pipelines_contradict_the_data_set_is_told_so(tmp_path):
    root = str(write_maps(tmp_path / 'data', [0, 1, 2]))
    found = found_by_config(tmp_path, STOCK.format(root=root))
    assert len(found.problems) == 2  # training and validation
    assert (
        'annotations/training: the data set has reduce_zero_label=False, LoadAnnotations of its pipeline True'
        in problems(found)
    )
    assert "write the pipeline with dict(type='LoadAnnotations'), which then follows the data set" in problems(found)


@pytest.mark.parametrize('setting, number', [(None, 0), (False, 0), (True, 1)])
def test_the_views_at_test_time_are_looked_at_too(tmp_path, setting, number):
    data = own(write_maps(tmp_path / 'data', [0, 1, 2]))
    views = dict(type='TestTimeAug', transforms=[[dict(type='mmseg.LoadAnnotations', reduce_zero_label=setting)]])
    found = found_by_config(tmp_path, f'test_dataloader = dict(dataset={data})\ntta_pipeline = [{views}]')
    assert len(found.problems) == number


# -------------------------------------------------------------------------------------------------- COCO and the tool


def test_a_category_without_an_object_is_a_problem_for_training_and_a_remark_for_validation(tmp_path):
    root = make_coco(tmp_path, num_images=40)
    for split, cats in (('train', [1]), ('val', [2, 3])):
        path = root / f'annotations/instances_{split}2017.json'
        content = json.loads(path.read_text())
        for item in content['annotations']:
            item['iscrowd'] = int(item['category_id'] in cats)  # mmdet learns nothing from crowds
        path.write_text(json.dumps(content))
    found = verify(LAYOUTS['coco'](root, None), quick=True)
    (problem,) = found.problems
    assert 'instances_train2017.json: no object has 1 of 80 classes (index 0: person). A class without' in problem
    assert any(
        'val2017.json: no object has 2 of 80 classes (index 1: bicycle, index 2: car)' in r for r in found.remarks
    )


@pytest.mark.parametrize('options, status', [([], 1), (['--reduce-zero-label'], 1), (['--no-reduce-zero-label'], 0)])
def test_the_tool_takes_either_setting(tmp_path, options, status, monkeypatch, capsys):
    root = write_maps(tmp_path, [0, 1, 2])
    monkeypatch.setattr(sys, 'argv', ['verify_dataset.py', 'ade20k', str(root), *options, '--classes', *ROADS])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(TOOL), run_name='__main__')
    assert stop.value.code == status
    said = {0: 'reduce_zero_label=False: 0 is the first class', 1: 'reduce_zero_label=True: 0 is nothing'}
    assert said[status] in capsys.readouterr().out


def test_the_tool_leaves_the_setting_to_a_config(monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['verify_dataset.py', '--config', 'x.py', '--no-reduce-zero-label'])
    with pytest.raises(SystemExit):
        runpy.run_path(str(TOOL), run_name='__main__')
    assert '--reduce-zero-label is for a layout: a config sets it in its data sets' in capsys.readouterr().err

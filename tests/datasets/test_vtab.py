"""The tasks of VTAB-1k are read from their lists, and wrong lists are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmengine.registry import DATASETS

from mmvpt.datasets.verify import LAYOUTS, verify
from mmvpt.datasets.vtab_tasks import VTAB_TASKS, vtab_size
from mmvpt.papers.tasks import GROUPS
from mmvpt.text.refused import Refused
from tests.data_makers import make_vtab


def build(root: Path, task: str, split: str = 'train', **options: object):
    return DATASETS.build(dict(type='mmvpt.VTAB', data_root=str(root), task=task, split=split, pipeline=[], **options))


def write_lists(folder: Path, **lists: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in lists.items():
        (folder / f'{name}.txt').write_text(''.join(f'{line}\n' for line in lines))


def test_tasks_are_those_of_the_paper() -> None:
    """VPT, Tables 8 and 13: 7, 4 and 8 tasks with 940 classes."""
    assert [(row.title, row.group, row.classes) for row in VTAB_TASKS.values()] == [
        (title, group, task.classes)
        for group in ('Natural', 'Specialized', 'Structured')
        for title, task in GROUPS[group].items()
    ]
    assert sum(row.classes for row in VTAB_TASKS.values()) == 940
    assert [vtab_size('kitti', split) for split in ('train', 'val', 'trainval', 'test')] == [800, 200, 1000, 711]


def test_images_and_labels_are_those_of_the_lists(tmp_path: Path) -> None:
    lines = [f'images/train/{index:06d}.png {index % 4}' for index in range(1000)]
    write_lists(tmp_path / 'kitti', train800=lines[:800], val200=lines[800:], train800val200=lines, test=lines[:711])
    splits = {split: build(tmp_path, 'kitti', split) for split in ('train', 'val', 'trainval', 'test')}
    assert [len(dataset) for dataset in splits.values()] == [800, 200, 1000, 711]
    info = splits['val'].get_data_info(1)
    assert info['img_path'] == str(tmp_path / 'kitti' / 'images/train/000801.png') and info['gt_label'] == 1
    assert splits['train'].metainfo['classes'] == ('0', '1', '2', '3')


def test_classes_have_their_names_where_a_file_gives_them(tmp_path: Path) -> None:
    write_lists(tmp_path / 'kitti', train800=['a.png 0'], class_names=['near', 'middle', 'far', 'none'])
    assert build(tmp_path, 'kitti', whole=False).metainfo['classes'] == ('near', 'middle', 'far', 'none')
    write_lists(tmp_path / 'kitti', class_names=['near'])
    with pytest.raises(Refused, match=r'class_names\.txt: it has 1 lines for 4 classes'):
        build(tmp_path, 'kitti', whole=False)


WRONG = {
    'a label too high': ('a.png 4', r'line 1 has the label 4, and there are 4 classes'),
    'a label below 0': ('a.png -1', r"line 1 is 'a\.png -1'"),
    'no label': ('a.png', r"line 1 is 'a\.png'"),
    'no path': ('3', r"line 1 is '3'"),
    'a path outside': ('../a.png 1', 'line 1 names .* outside of the folder'),
    'an absolute path': ('/a.png 1', 'line 1 names .* outside of the folder'),
    'an image twice': ('a.png 1\na.png 2', r"it lists 'a\.png' twice"),
    'nothing': ('', 'it lists 0 images'),
}


@pytest.mark.parametrize('how', WRONG)
def test_a_wrong_list_is_named_with_its_line(tmp_path: Path, how: str) -> None:
    text, message = WRONG[how]
    write_lists(tmp_path / 'kitti', train800=[text])
    with pytest.raises(Refused, match=rf'train800\.txt: {message}.*Make or download'):
        build(tmp_path, 'kitti', whole=False)


def test_a_list_that_is_absent_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r'kitti/train800\.txt: there is no such list'):
        build(tmp_path, 'kitti')


def test_a_list_that_is_not_whole_is_refused_unless_told(tmp_path: Path) -> None:
    write_lists(tmp_path / 'dtd', train800=['a.png 0'])
    with pytest.raises(Refused, match=r'train800\.txt: it lists 1 images where there are 800'):
        build(tmp_path, 'dtd')
    assert len(build(tmp_path, 'dtd', whole=False)) == 1


@pytest.mark.parametrize(('task', 'split', 'known'), [('cifr', 'train', 'cifar'), ('cifar', 'training', 'trainval')])
def test_an_unknown_name_is_answered_with_those_that_there_are(tmp_path: Path, task: str, split: str, known) -> None:
    with pytest.raises(Refused, match=f'VTAB.* has no .*There are .*{known}'):
        build(tmp_path, task, split)


def findings_of(folder: Path, whole: bool = False) -> str:
    from mmvpt.datasets.verify.lists import vtab_part

    return str(verify([vtab_part(folder, whole)]))


def test_a_right_task_passes(tmp_path: Path) -> None:
    folder = make_vtab(tmp_path, 'kitti', num_classes=4, num_images=8)
    assert 'No problems found' in findings_of(folder)


DAMAGES = {
    'val trained on': (
        lambda folder: (folder / 'val200.txt').write_text((folder / 'train800.txt').read_text()),
        r'train800.txt: images that val200.txt has too',
    ),
    'not both together': (
        lambda folder: (folder / 'train800val200.txt').write_text('images/train800/000000.png 0\n'),
        'lines in which it is not train800.txt and val200.txt together',
    ),
    'a list absent': (lambda folder: (folder / 'test.txt').unlink(), 'test.txt'),
    'an image absent': (
        lambda folder: (folder / 'images/test/000000.png').unlink(),
        'images that are listed but absent',
    ),
    'an image cut short': (
        lambda folder: (folder / 'images/test/000000.png').write_bytes(b'\x89PNG'),
        'files that do not decode',
    ),
    'a label too high': (lambda folder: (folder / 'test.txt').write_text('images/test/000000.png 9\n'), 'the label 9'),
}


@pytest.mark.parametrize('damage', DAMAGES)
def test_damages_are_problems(tmp_path: Path, damage: str) -> None:
    folder = make_vtab(tmp_path, 'kitti', num_classes=4, num_images=8)
    change, words = DAMAGES[damage]
    change(folder)
    found = findings_of(folder)
    assert words in found and 'No problems found' not in found


def test_the_layout_looks_at_every_task_that_is_there(tmp_path: Path) -> None:
    for task in ('kitti', 'dtd'):
        make_vtab(tmp_path, task)
    assert [part.place for part in LAYOUTS['vtab'](tmp_path, None)] == [str(tmp_path / 'dtd'), str(tmp_path / 'kitti')]
    assert [part.place for part in LAYOUTS['vtab'](tmp_path / 'dtd', None)] == [str(tmp_path / 'dtd')]
    assert 'where there are 800' in str(verify(LAYOUTS['vtab'](tmp_path / 'dtd', None)))
    assert 'has no folder of a task' in str(verify(LAYOUTS['vtab'](tmp_path / 'dtd' / 'images', None)))

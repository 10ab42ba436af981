"""Tasks of VTAB-1k are made from folders of TensorFlow Datasets; what is missing or broken is named."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmvpt.cli import main
from mmvpt.datasets.card import CARD, data_source
from mmvpt.datasets.prepare import vtab
from mmvpt.datasets.prepare.tfds_folder import Example, TfdsFolder, find_version
from mmvpt.datasets.prepare.vtab import UNFINISHED, prepare_vtab
from mmvpt.datasets.prepare.vtab_labels import Label, closest_object, closest_vehicle, coarser, count_objects
from mmvpt.datasets.prepare.vtab_sources import VTAB_SOURCES
from mmvpt.datasets.verify import verify
from mmvpt.datasets.verify.lists import vtab_part
from mmvpt.datasets.vtab_tasks import VTAB_TASKS
from mmvpt.text.refused import Refused

from .tfds_makers import example, features_of, make_task, png, write_info, write_tfds


def run(root: Path, task: str, **options) -> Path:
    options = dict(whole=False, numbers=(6, 2)) | options
    return prepare_vtab(root / 'tfds', root / 'out', [task], **options)[0].folder


def listed(folder: Path, name: str) -> list[tuple[str, int]]:
    lines = (folder / f'{name}.txt').read_text().splitlines()
    return [(path, int(label)) for path, _, label in (line.rpartition(' ') for line in lines)]


def places(folder: Path, name: str) -> list[int]:
    """Which examples these are, by the brightness of their images."""
    return [int(np.asarray(Image.open(folder / path)).max()) for path, _ in listed(folder, name)]


def test_all_tasks_have_a_source_with_as_many_test_images_as_published() -> None:
    assert VTAB_SOURCES.keys() == VTAB_TASKS.keys()
    for name, row in VTAB_SOURCES.items():
        number = row.records[row.test.split]
        assert number - number * row.test.percent // 100 == VTAB_TASKS[name].test, name
        assert row.records['train'] >= 800 and {row.val.split, row.test.split} <= row.records.keys()


def test_images_to_select_on_begin_where_the_published_ones_do() -> None:
    begins = {
        name: row.records['train'] * row.val.percent // 100
        for name, row in VTAB_SOURCES.items()
        if row.val.split == 'train'
    }
    assert begins == dict(
        cifar=45_000,
        caltech101=2_754,
        oxford_iiit_pet=2_944,
        svhn=65_931,
        eurosat=16_200,
        resisc45=18_900,
        clevr_count=63_000,
        clevr_dist=63_000,
        dsprites_loc=589_824,
        dsprites_ori=589_824,
    )


@pytest.mark.parametrize('task', VTAB_SOURCES)
def test_each_task_is_made_and_verified(task: str, tmp_path: Path) -> None:
    make_task(tmp_path / 'tfds', task)
    folder = run(tmp_path, task)
    assert [len(listed(folder, name)) for name in ('train800', 'val200', 'train800val200')] == [6, 2, 8]
    assert listed(folder, 'train800val200') == [*listed(folder, 'train800'), *listed(folder, 'val200')]
    assert listed(folder, 'test')[0][0] == 'images/test/000000.png'
    assert 'No problems found' in str(verify([vtab_part(folder, whole=False)]))
    row = VTAB_SOURCES[task]
    assert data_source(folder).startswith(f'TFDS {row.name}') and row.version in data_source(folder)


@pytest.mark.parametrize(
    ('task', 'val', 'test'),
    [
        ('cifar', [18, 19], range(100, 120)),
        ('dtd', [100, 101], range(200, 220)),
        ('oxford_iiit_pet', [16, 17], range(100, 120)),
        ('svhn', [18, 19], range(100, 120)),
        ('eurosat', [12, 13], range(16, 20)),
        ('clevr_count', [18, 19], range(100, 120)),
        ('kitti', [100, 101], range(200, 220)),
        ('smallnorb_azi', [100, 101], range(110, 120)),
    ],
)
@pytest.mark.parametrize('shards', [1, 2, 7])
def test_images_are_those_of_the_slices(task: str, val: list[int], test: range, shards: int, tmp_path: Path) -> None:
    make_task(tmp_path / 'tfds', task, shards=shards)
    folder = run(tmp_path, task)
    assert places(folder, 'train800') == list(range(6))
    assert places(folder, 'val200') == val
    assert places(folder, 'test') == list(test)


def test_labels_belong_to_their_images(tmp_path: Path) -> None:
    expected: dict[str, Callable[[int], int]] = {
        'cifar': lambda place: place % 2,
        'smallnorb_azi': lambda place: place % 18,
        'smallnorb_ele': lambda place: place % 9,
        'clevr_count': lambda place: place % 8,
        'clevr_dist': lambda place: 1,
        'kitti': lambda place: 1 if place % 8 < 3 else 3,
    }
    for task, label in expected.items():
        make_task(tmp_path / 'tfds', task)
        folder = run(tmp_path, task)
        for name in ('train800', 'val200', 'test'):
            assert [found for _, found in listed(folder, name)] == [label(place) for place in places(folder, name)]


def test_images_are_the_stored_bytes(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(file, 'JPEG')
    images = [png(1), file.getvalue(), png(3), png(4)]
    splits = {split: [example(image=image, label=0) for image in images] for split in ('train', 'validation', 'test')}
    write_tfds(tmp_path / 'tfds/dtd/3.0.1', 'dtd', splits)
    folder = run(tmp_path, 'dtd', numbers=(4, 2))
    assert [path for path, _ in listed(folder, 'train800')] == [
        f'images/train800/{name}' for name in ('000000.png', '000001.jpg', '000002.png', '000003.png')
    ]
    assert [(folder / path).read_bytes() for path, _ in listed(folder, 'train800')] == images


def test_other_formats_become_png_of_the_same_pixels(tmp_path: Path) -> None:
    file = io.BytesIO()
    picture = Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).quantize(16)
    picture.save(file, 'GIF')
    records = [example(image=file.getvalue(), label=0)] * 10
    write_tfds(tmp_path / 'tfds/oxford_iiit_pet/3.2.0', 'oxford_iiit_pet', dict(train=records, test=records))
    folder = run(tmp_path, 'oxford_iiit_pet')
    found = np.asarray(Image.open(folder / 'images/test/000000.png'))
    assert (found == np.asarray(Image.open(file).convert('RGB'))).all()


def test_dsprites_become_black_and_white(tmp_path: Path) -> None:
    make_task(tmp_path / 'tfds', 'dsprites_loc')
    folder = run(tmp_path, 'dsprites_loc')
    found = [np.asarray(Image.open(folder / path)) for path, _ in listed(folder, 'train800')]
    assert [np.unique(pixels).tolist() for pixels in found] == [[0], [255]] * 3
    assert [label for _, label in listed(folder, 'train800')] == [0, 0, 1, 1, 2, 2]
    assert data_source(folder) == 'TFDS dsprites 2.0.0, images as stored, times 255'


def test_names_of_classes_are_those_of_the_folder(tmp_path: Path) -> None:
    source = make_task(tmp_path / 'tfds', 'svhn')
    names = [f'digit {place}' for place in range(10)]
    (source / 'label.labels.txt').write_text('\n'.join(names[:9]) + '\n')
    with pytest.raises(Refused, match=r'label.labels.txt: it has 9 names for 10 classes'):
        run(tmp_path, 'svhn')
    (source / 'label.labels.txt').write_text('\n'.join(names) + '\n')
    assert (run(tmp_path, 'svhn') / 'class_names.txt').read_text().splitlines() == names
    make_task(tmp_path / 'tfds', 'kitti')
    assert not (run(tmp_path, 'kitti') / 'class_names.txt').exists()


def label_of(label: Label, **features) -> int:
    return label(Example('here', {name.replace('__', '/'): values for name, values in features.items()}))


@pytest.mark.parametrize(
    ('depths', 'label'),
    [([0.5], 0), ([8.0], 0), ([8.001], 1), ([8.5], 1), ([9.0], 2), ([9.5], 3), ([10.0], 4), ([10.5], 5), ([11, 9], 2)],
)
def test_the_closest_object_of_clevr_is_beyond_its_threshold(depths: list[float], label: int) -> None:
    coordinates = [value for depth in depths for value in (200.0, 1.0, depth)]
    assert label_of(closest_object, objects__pixel_coords=coordinates) == label


@pytest.mark.parametrize('coordinates', [[], [1.0, 1.0, 0.0]])
def test_clevr_without_an_object_in_front_is_refused(coordinates: list[float]) -> None:
    with pytest.raises(Refused, match='here: it has no object beyond 0'):
        label_of(closest_object, objects__pixel_coords=coordinates)


@pytest.mark.parametrize(('objects', 'label'), [(3, 0), (10, 7)])
def test_objects_of_clevr_are_counted_from_three(objects: int, label: int) -> None:
    assert label_of(count_objects, objects__size=[1] * objects) == label
    with pytest.raises(Refused, match='it has 2 objects'):
        label_of(count_objects, objects__size=[1, 0])


@pytest.mark.parametrize(
    ('types', 'depths', 'label'),
    [
        ([0], [8.0], 0),
        ([0], [8.01], 1),
        ([1], [20.0], 1),
        ([2], [20.01], 2),
        ([2], [999.0], 2),
        ([3, 5, 7], [1.0, 2.0, 3.0], 3),
        ([], [], 3),
        ([3, 0, 2], [1.0, 30.0, 10.0], 1),
        ([0], [-3.0], 0),
    ],
)
def test_the_closest_vehicle_of_kitti(types: list[int], depths: list[float], label: int) -> None:
    places = [value for depth in depths for value in (5.0, 1.0, depth)]
    assert label_of(closest_vehicle, objects__type=types, objects__location=places) == label


def test_positions_and_orientations_of_dsprites_are_made_coarser() -> None:
    def of(values: int) -> list[int]:
        return [label_of(coarser('x', values, 16), x=[value]) for value in range(values)]

    assert of(32) == [value // 2 for value in range(32)]
    assert of(40) == [int(np.floor(np.float32(value) / np.float32(2.5))) for value in range(40)]
    assert of(40)[:11] == [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4]


def test_the_newest_version_with_the_same_data_is_taken(tmp_path: Path) -> None:
    for name in ('3.1.0', '3.2.0', '3.10.0', '4.0.0', '2.0.0', '3.9', 'x3.11.0'):
        (tmp_path / name).mkdir()
    assert find_version(tmp_path, '3.2.0', '').name == '3.10.0'
    with pytest.raises(Refused, match=r'it has .*3\.10\.0.*, and 3\.11\.0 or a newer 3\.\*\.\* is needed\. Go\.'):
        find_version(tmp_path, '3.11.0', 'Go.')


def cut_shard(source: Path) -> None:
    path = next(source.glob('*-train.tfrecord-00000*'))
    path.write_bytes(path.read_bytes()[:300])


def flip_length(source: Path) -> None:
    path = next(source.glob('*-train.tfrecord-00000*'))
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])


def flip_content(source: Path) -> None:
    path = next(source.glob('*-test.tfrecord-00001*'))
    content = path.read_bytes()
    path.write_bytes(content[:-30] + bytes([content[-30] ^ 1]) + content[-29:])


def write_records(**features) -> Callable[[Path], object]:
    def write(source: Path) -> None:
        records = [example(**{**features_of('cifar', place), **features}) for place in range(20)]
        write_tfds(source, 'cifar100', dict(train=records, test=records))

    return write


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    'a file cut': (cut_shard, r'train.tfrecord-00000-of-00002: it is cut within the record at byte \d+'),
    'a length flipped': (flip_length, 'train.tfrecord-00000-of-00002: the length of the record at byte 0 is broken'),
    'a content flipped': (flip_content, r'test.tfrecord-00001-of-00002: the content of the record at byte \d+ is bro'),
    'a file absent': (
        lambda source: next(source.glob('*-test.tfrecord-00001*')).unlink(),
        'test.tfrecord-00001-of-00002: there is no such file',
    ),
    'fewer records': (
        lambda source: write_info(source, dict(train=[10, 10], test=[12, 10])),
        'test.tfrecord-00000-of-00002: it ends at byte .* after 10 of at least 12 records',
    ),
    'a split absent': (
        lambda source: write_info(source, dict(train=[10, 10])),
        'dataset_info.json: there is no split test, and those train',
    ),
    'too few to train on': (
        lambda source: write_info(source, dict(train=[5], test=[5])),
        'dataset_info.json: train has 5 records, and those from 0 to 6 are needed',
    ),
    'no info': (lambda source: (source / 'dataset_info.json').unlink(), 'dataset_info.json: it does not say which'),
    'another format': (
        lambda source: write_info(source, dict(train=[20], test=[20]), fileFormat='array_record'),
        'the records are in the format array_record. Make them with --file_format=tfrecord',
    ),
    'a feature absent': (
        lambda source: write_tfds(source, 'cifar100', dict(train=[example(label=0)] * 20, test=[b''] * 20)),
        r'train.tfrecord-00000-of-00001, record at byte 0: it has no feature image, and those label',
    ),
    'no example': (
        lambda source: write_tfds(source, 'cifar100', dict(train=[b'\x0b'] * 20, test=[b''] * 20)),
        'record at byte 0: it is no Example',
    ),
    'a label too high': (write_records(label=100), 'record at byte 0: it has the label 100, and there are 100 classes'),
    'two labels': (write_records(label=[1, 2]), 'record at byte 0: its feature label has 2 values'),
    'a text for a label': (write_records(label=b'cat'), 'record at byte 0: its feature label has 1 values, or not int'),
    'no image': (write_records(image=b'text'), 'record at byte 0: its image does not decode'),
}


@pytest.mark.parametrize('damage', DAMAGES)
def test_damages_are_named(damage: str, tmp_path: Path) -> None:
    change, message = DAMAGES[damage]
    change(make_task(tmp_path / 'tfds', 'cifar'))
    with pytest.raises(Refused, match=message):
        run(tmp_path, 'cifar')
    assert not (tmp_path / 'out/cifar' / CARD).exists()


def test_splits_of_other_lengths_than_published_are_refused(tmp_path: Path) -> None:
    make_task(tmp_path / 'tfds', 'cifar')
    with pytest.raises(Refused, match=r'dataset_info.json: train has 20 records, and 50000 as published'):
        run(tmp_path, 'cifar', whole=True)
    assert not (tmp_path / 'out').exists()


def test_all_folders_that_are_missing_are_named_at_once(tmp_path: Path) -> None:
    make_task(tmp_path / 'tfds', 'cifar')
    with pytest.raises(Refused) as refused:
        prepare_vtab(tmp_path / 'tfds', tmp_path / 'out')
    lines = str(refused.value).splitlines()
    assert len(lines) == 15  # three data sets have two tasks each
    assert 'Make it with `tfds build sun397/tfds`, or name other tasks with --tasks.' in str(refused.value)
    assert not (tmp_path / 'out').exists()


def test_an_unknown_task_is_answered_with_near_ones(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"no task 'cifr'. Did you mean cifar"):
        run(tmp_path, 'cifr')


def test_an_interrupted_command_goes_on(tmp_path: Path, monkeypatch) -> None:
    for task in ('cifar', 'dtd'):
        make_task(tmp_path / 'tfds', task)
    examples = TfdsFolder.examples

    def stop_in_second(self, split, begin, end):
        for place, found in enumerate(examples(self, split, begin, end)):
            if self.name == 'dtd' and split == 'test' and place == 3:
                raise KeyboardInterrupt
            yield found

    options = dict(whole=False, numbers=(6, 2))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TfdsFolder, 'examples', stop_in_second)
        prepare_vtab(tmp_path / 'tfds', tmp_path / 'out', ['cifar', 'dtd'], **options)
    out = tmp_path / 'out/dtd'
    assert (out / UNFINISHED).exists() and not (out / 'train800.txt').exists() and not (out / CARD).exists()
    monkeypatch.setattr(
        TfdsFolder, 'examples', lambda *args: pytest.fail('again') if args[0].name == 'cifar100' else examples(*args)
    )
    prepared = prepare_vtab(tmp_path / 'tfds', tmp_path / 'out', ['cifar', 'dtd'], **options)
    assert [made.sizes for made in prepared] == [dict(train=6, val=2, trainval=8, test=20)] * 2
    assert (out / CARD).exists() and not (out / UNFINISHED).exists()


def test_a_task_that_is_there_needs_no_source(tmp_path: Path) -> None:
    source = make_task(tmp_path / 'tfds', 'cifar')
    before = run(tmp_path, 'cifar')
    (source / 'dataset_info.json').unlink()
    assert run(tmp_path, 'cifar') == before
    (before / CARD).write_text('[]')
    with pytest.raises(Refused, match=r'card.json: it is no card'):
        run(tmp_path, 'cifar')


def test_a_folder_that_others_made_is_left_alone(tmp_path: Path) -> None:
    make_task(tmp_path / 'tfds', 'cifar')
    theirs = tmp_path / 'out/cifar/train800.txt'
    theirs.parent.mkdir(parents=True)
    theirs.write_text('images/train800/000000.jpg 3\n')
    with pytest.raises(Refused, match=r'cifar: it has files and no card.json, so others made it'):
        run(tmp_path, 'cifar')
    assert theirs.read_text() == 'images/train800/000000.jpg 3\n'


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch) -> None:
    make_task(tmp_path / 'tfds', 'cifar')

    def full(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(Path, 'write_bytes', full)
    with pytest.raises(Refused, match='No space left on device.*give the same command again'):
        run(tmp_path, 'cifar')


def test_the_command_makes_tasks(tmp_path: Path, monkeypatch, capsys) -> None:
    make_task(tmp_path / 'tfds', 'kitti')
    monkeypatch.setattr(vtab.prepare_vtab, '__kwdefaults__', dict(whole=False, numbers=(6, 2)))
    out = tmp_path / 'out'
    main(['prepare', 'vtab', '--from', str(tmp_path / 'tfds'), '--to', str(out), '--tasks', 'kitti'])
    assert f'{out / "kitti"}: train 6, val 2, trainval 8, test 20' in capsys.readouterr().out
    assert json.loads((out / 'kitti' / CARD).read_text())['title'] == 'KITTI/distance'


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['vtab'], 'tfds build sun397/tfds'),
        (['vtab', '--from', '.', '--unchecked'], 'vtab takes no --unchecked'),
        (['vtab', '--from', '.', '--seed', '3'], 'vtab takes no --seed'),
        (['nabirds', '--from', '.', '--tasks', 'dtd'], 'nabirds takes no --tasks'),
        (['vtabb', '--from', '.'], 'Did you mean vtab'),
    ],
)
def test_the_command_says_what_it_takes(arguments: list[str], message: str, capsys) -> None:
    with pytest.raises(SystemExit) as stop:
        main(['prepare', *arguments])
    assert message in str(stop.value) + capsys.readouterr().err

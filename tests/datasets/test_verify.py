"""Each harm done to a good data set is found and named; the good ones pass."""

import json
import re
import runpy
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from mmvpt.datasets.coco_categories import COCO_CATEGORIES
from mmvpt.datasets.shapes import EXPORTERS
from mmvpt.datasets.verify import LAYOUTS, Findings, parts_of_config, verify
from mmvpt.datasets.verify.findings import REMEDY
from tests.data_makers import make_ade, make_coco, make_image_folder

TOOL = Path(__file__).resolve().parents[2] / 'tools' / 'verify_dataset.py'
MAKERS = {
    'ade20k': lambda root: make_ade(root, num_images=3, num_classes=150, cells=8),
    'coco': lambda root: make_coco(root, num_images=41),  # two objects in each, so that all 80 classes occur
    'image-folder': make_image_folder,
}


@pytest.fixture(scope='module')
def good(tmp_path_factory):
    """A whole data set of each layout, not to be touched."""
    folder = tmp_path_factory.mktemp('good')
    return {name: make(folder / name) for name, make in MAKERS.items()}


@pytest.fixture
def harmed(good, tmp_path, monkeypatch):
    """Copy a data set into the working folder, harm it, and say what is found."""
    monkeypatch.chdir(tmp_path)

    def run(name, harm, **options):
        shutil.copytree(good[name], 'data')
        harm(Path('data'))
        return look(name, 'data', **options)

    return run


def look(name, root, classes=None, stuff=True, quick=False):
    return verify(LAYOUTS[name](Path(root), classes, stuff), quick=quick)


def edit(change, split='train'):
    """A harm to the content of a COCO file."""

    def harm(root):
        path = root / f'annotations/instances_{split}2017.json'
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return harm


def write(path, *shape, value=0, dtype=np.uint8):
    return lambda root: cv2.imwrite(str(root / path), np.full(shape, value, dtype)) or 1 / 0


def cut(path):
    return lambda root: (root / path).write_bytes((root / path).read_bytes()[:-40])


def all_found(findings):
    return str(findings).partition('Problems\n')[2]


@pytest.mark.parametrize('name', MAKERS)
def test_a_good_data_set_passes(good, name, capsys):
    findings = look(name, good[name])
    assert not findings.problems and not findings.remarks
    assert str(findings).endswith('No problems found.')
    assert len(findings.facts) >= 2
    assert '100%' in capsys.readouterr().out  # a progress bar


def test_what_is_there_is_counted(good):
    facts = '\n'.join(look('coco', good['coco']).facts)
    assert 'instances_train2017.json: 41 images, 82 annotations, 80 categories' in facts
    assert 'stuffthingmaps/train2017: 41 label maps' in facts
    assert 'annotations/training: 3 label maps' in '\n'.join(look('ade20k', good['ade20k']).facts)
    assert 'train: 12 pictures, 3 classes' in '\n'.join(look('image-folder', good['image-folder']).facts)


ADE = [
    (lambda root: shutil.rmtree(root), 'There is no data in /.*; needed of it: 4 (data/images/training'),
    (lambda root: shutil.rmtree(root / 'annotations'), 'There is no data/annotations; needed of it: 2'),
    (lambda root: (root / 'images').rename(root / 'imgs'), 'There is no data/images; needed of it: 2'),
    (
        lambda root: (root / 'annotations/training').rename(root / 'annotations/train'),
        'There is no data/annotations/training. Beside it: train, validation',
    ),
    (
        lambda root: (root / 'annotations/training/0001.png').unlink(),
        'pictures without a label map in data/annotations/training: 1 (0001)',
    ),
    (
        lambda root: (root / 'images/validation/0002.jpg').unlink(),
        'label maps without a picture in data/images/validation: 1 (0002)',
    ),
    (
        lambda root: (root / 'images/training/0002.jpg').rename(root / 'images/training/0002.jpeg'),
        'do not end in .jpg: 1 (0002.jpeg)',
    ),
    (lambda root: (root / 'images/training/0000.jpg').write_bytes(b''), 'do not decode: 1 (0000.jpg: no image)'),
    (
        cut('images/training/0000.jpg'),
        'data/images/training: files that do not decode: 1 (0000.jpg: its last bytes are missing',
    ),
    (cut('annotations/training/0000.png'), 'data/annotations/training: files that do not decode: 1 (0000.png: '),
    (
        write('annotations/training/0000.png', 32, 32, value=151),
        'ids other than 1 to 150, and 0 or 255 for no class: 1 (0000.png has [151])',
    ),
    (
        write('annotations/training/0000.png', 32, 32, 3),
        'colours where ids should be; docs/guides/data.md turns them into ids: 1 (0000.png)',
    ),
    (write('annotations/training/0000.png', 16, 32), 'of another size than their picture: 1 (0000.png)'),
]


@pytest.mark.parametrize('harm, found', ADE)
def test_harm_to_ade20k_is_named(harmed, harm, found):
    text = all_found(harmed('ade20k', harm))
    first, _, second = found.partition('/.*')
    assert first in text and second in text


IMAGE_FOLDER = [
    (lambda root: shutil.rmtree(root / 'val'), 'There is no data/val. Beside it: train'),
    (
        lambda root: shutil.rmtree(root / 'val/class1'),
        'Classes of data/train that data/val does not have, so that labels would not agree: 1 (class1)',
    ),
    (lambda root: (root / 'val/new').mkdir(), 'Classes of data/val that data/train does not have'),
    (lambda root: (root / 'val/new').mkdir(), 'data/val: class folders without a picture: 1 (new)'),
    (
        lambda root: (root / 'train/class0/0000.png').rename(root / 'train/0000.png'),
        'data/train: pictures outside of the class folders: 1 (0000.png)',
    ),
    (lambda root: [shutil.rmtree(folder) for folder in (root / 'train').iterdir()], 'data/train has no class folders'),
    (cut('train/class0/0000.png'), 'data/train: files that do not decode: 1 (class0/0000.png: '),
]


@pytest.mark.parametrize('harm, found', IMAGE_FOLDER)
def test_harm_to_an_image_folder_is_named(harmed, harm, found):
    assert found in all_found(harmed('image-folder', harm))


def test_the_number_of_classes_of_an_image_folder_is_compared(good):
    found = all_found(look('image-folder', good['image-folder'], classes=('cat', 'dog')))
    assert 'train has 3 class folders for 2 classes' in found


COCO = [
    (lambda root: (root / 'annotations/instances_train2017.json').unlink(), 'Beside it: instances_val2017.json'),
    (
        lambda root: (root / 'annotations/instances_train2017.json').write_text('{"images": ['),
        'instances_train2017.json is not JSON: Expecting value: line 1 column 13',
    ),
    (lambda root: (root / 'annotations/instances_train2017.json').write_text('[]'), 'holds a list, not an object'),
    (edit(lambda content: content.pop('categories')), "instances_train2017.json has no list 'categories'"),
    (edit(lambda content: content['images'][1].pop('width')), 'images without width: 1 (images[1])'),
    (edit(lambda content: content['annotations'][0].pop('area')), 'annotations without area: 1 (annotations[0])'),
    (edit(lambda content: content['annotations'][0].pop('iscrowd')), 'annotations without iscrowd'),
    (
        edit(lambda content: content['categories'].pop(1)),
        'no category for 1 of 80 classes: bicycle. Its categories are',
    ),
    (
        edit(lambda content: content['categories'].pop(1)),
        'annotations of a category that is not listed: 2 (annotation 2, annotation 82)',
    ),
    (
        edit(lambda content: content['categories'].reverse()),
        "in another order than the classes: label 0 would be 'toothbrush' by the file, which is how mmdet numbers them",
    ),
    (
        edit(lambda content: content['categories'].append(dict(id=99, name='cat'))),
        'has several categories of the same name: cat',
    ),
    (
        edit(lambda content: content['images'].pop(0)),
        'annotations of a picture that is not listed: 2 (annotation 1, ann',
    ),
    (edit(lambda content: content['annotations'][0].update(id=2)), 'ids of several annotations: 1 (2)'),
    (edit(lambda content: content['annotations'][0].update(id=0)), 'has an annotation of id 0'),
    (
        edit(lambda content: content['annotations'][0].update(bbox=[1, 2, 3])),
        'bbox is not a list of four finite numbers',
    ),
    (
        edit(lambda content: content['annotations'][0].update(bbox=[40, 0, 30, 9])),
        'boxes that reach out of their picture',
    ),
    (
        edit(lambda content: [item.pop('segmentation') for item in content['annotations'][:41]]),
        '41 annotations (50%) have no segmentation, which a mask head needs',
    ),
    (
        edit(lambda content: content['annotations'][1]['segmentation'].update(size=[8, 8])),
        'run lengths of another size than their picture: 1 (annotation 2)',
    ),
    (
        edit(lambda content: content['annotations'][1]['segmentation']['counts'].pop()),
        'run lengths that do not add up to their picture: 1 (annotation 2)',
    ),
    (
        edit(lambda content: content['annotations'][1].update(segmentation=dict(rle='x'))),
        'masks that are neither polygons nor run lengths',
    ),
    (
        lambda root: (root / 'train2017/000000000002.jpg').unlink(),
        'pictures that are listed in data/annotations/instances_train2017.json but absent: 1 (000000000002.jpg)',
    ),
    (cut('train2017/000000000002.jpg'), 'data/train2017: files that do not decode: 1 (000000000002.jpg: '),
    (
        write('train2017/000000000002.jpg', 32, 64, 3),
        'pictures of another size than in data/annotations/instances_train2017.json: 1 (000000000002.jpg is 64x32)',
    ),
    (
        lambda root: shutil.rmtree(root / 'stuffthingmaps'),
        "There is no data/stuffthingmaps/train2017. HTC's semantic branch learns from it: unpack",
    ),
    (
        lambda root: (root / 'stuffthingmaps/train2017/000000000001.png').unlink(),
        'without a label map here: 1 (000000000001.png)',
    ),
    (write('stuffthingmaps/train2017/000000000001.png', 64, 64, 3), 'not plain 8-bit ids: 1 (000000000001.png is RGB)'),
    (
        write('stuffthingmaps/train2017/000000000001.png', 64, 64, value=200),
        'ids other than 0 to 182 or 255 for no class: 1 (000000000001.png has [200])',
    ),
    (write('stuffthingmaps/train2017/000000000001.png', 8, 8), 'label maps of another size than their picture'),
]


@pytest.mark.parametrize('harm, found', COCO)
def test_harm_to_coco_is_named(harmed, harm, found):
    assert found in all_found(harmed('coco', harm))


REMARKS = [
    (edit(lambda content: content['categories'].append(dict(id=99, name='unicorn'))), 'no class.*: unicorn'),
    (edit(lambda content: content['annotations'][0].update(bbox=[4, 4, 0.5, 9])), 'below one pixel.*1 (annotation 1)'),
    (
        edit(lambda content: content.update(annotations=content['annotations'][2:])),
        'without an annotation: 1 (000000000001',
    ),
    (write('train2017/spare.jpg', 8, 8, 3), 'files that are not listed'),
]


@pytest.mark.parametrize('harm, found', REMARKS)
def test_what_mmdet_passes_over_is_a_remark_and_no_problem(harmed, harm, found):
    findings = harmed('coco', harm)
    text = str(findings)
    assert not findings.problems
    assert all(piece in text for piece in found.split('.*'))


def test_label_maps_are_asked_for_where_they_are_needed(harmed):
    assert not harmed('coco', lambda root: shutil.rmtree(root / 'stuffthingmaps'), stuff=False).problems


def test_everything_is_told_in_one_pass(harmed):
    def harm(root):
        (root / 'annotations/instances_train2017.json').write_text('{')
        shutil.rmtree(root / 'val2017')
        shutil.rmtree(root / 'stuffthingmaps')

    findings = harmed('coco', harm)
    assert len(findings.problems) == 3
    assert str(findings).endswith('3 problems found. ' + REMEDY)


def test_the_quick_look_decodes_nothing(harmed, capsys):
    def harm(root):
        for path in root.rglob('*.[jp][pn]g'):
            path.write_bytes(b'')

    assert not harmed('coco', harm, quick=True).problems
    assert 'Reading' not in capsys.readouterr().out


def test_a_picture_laid_on_its_side_by_its_camera_has_the_size_of_the_upright_one(harmed):
    def harm(root):
        tags = Image.Exif()
        tags[ExifTags.Base.Orientation] = 6
        for path in (root / 'train2017').iterdir():
            Image.new('RGB', (48, 64)).save(path, exif=tags)
        edit(lambda content: [image.update(width=64, height=48) for image in content['images']])(root)

    found = all_found(harmed('coco', harm, stuff=False))
    assert 'another size than in' not in found


def test_examples_are_few_and_the_count_is_whole():
    findings = Findings(num_examples=2)
    findings.problem('Lost', *'abc')
    findings.problem('Gone')
    assert str(findings) == f'Problems\n  Lost: 3 (a, b, and 1 more)\n  Gone\n2 problems found. {REMEDY}'


# ----------------------------------------------------------------------------------------------------------- configs


def dataset(kind, root, **options):
    return dict(type=kind, data_root=f'{root}/', **options)


def found_by_config(tmp_path, **content):
    path = tmp_path / 'config.py'
    path.write_text('\n'.join(f'{key} = {value!r}' for key, value in content.items()))
    return verify(parts_of_config(str(path)), quick=True)


def coco_config(root, seg=True, head=True, masks=True):
    prefix = dict(img='train2017/', seg='stuffthingmaps/train2017/') if seg else dict(img='train2017/')
    train = dataset(
        'CocoDataset',
        root,
        ann_file='annotations/instances_train2017.json',
        data_prefix=prefix,
        pipeline=[dict(type='LoadAnnotations', with_mask=masks, with_seg=seg)],
    )
    val = dataset(
        'mmdet.CocoDataset', root, ann_file='annotations/instances_val2017.json', data_prefix=dict(img='val2017/')
    )
    metric = dict(type='CocoMetric', metric=['bbox', 'segm'] if masks else 'bbox')
    return dict(
        model=dict(roi_head=dict(semantic_head=dict(num_classes=183)) if head else dict()),
        train_dataloader=dict(dataset=dict(type='RepeatDataset', times=2, dataset=train)),
        val_dataloader=dict(dataset=val),
        test_dataloader=dict(dataset=val),
        val_evaluator=metric,
        test_evaluator=[metric],
    )


def test_a_detector_reads_coco(good, tmp_path):
    findings = found_by_config(tmp_path, **coco_config(good['coco']))
    assert not findings.problems and not findings.remarks
    assert len(findings.facts) == 5  # the same part for validation and test is looked at once


def test_a_semantic_head_without_label_maps_is_found_in_the_config(good, tmp_path):
    findings = found_by_config(tmp_path, **coco_config(good['coco'], seg=False))
    assert "a semantic head and data_prefix no 'seg'" in str(findings) and len(findings.problems) == 1
    assert not found_by_config(tmp_path, **coco_config(good['coco'], seg=False, head=False)).problems


def test_masks_are_needed_where_the_config_loads_or_evaluates_them(harmed, tmp_path):
    for split in ('train', 'val'):
        shutil.rmtree('data', ignore_errors=True)
        harmed('coco', edit(lambda content: [item.pop('segmentation') for item in content['annotations']], split))
        assert f'instances_{split}2017.json: 82 annotations (100%)' in str(
            found_by_config(tmp_path, **coco_config('data'))
        )
        assert not found_by_config(tmp_path, **coco_config('data', masks=False)).problems


def test_a_segmentor_reads_the_layout_of_ade20k(good, tmp_path):
    prefix = dict(img_path='images/training', seg_map_path='annotations/training')
    own = dataset('BaseSegDataset', good['ade20k'], data_prefix=prefix, metainfo=dict(classes=('sky', 'sea')))
    parts = []
    for reduce_zero_label in (True, False):
        own['reduce_zero_label'] = reduce_zero_label
        (tmp_path / 'config.py').write_text(f'train_dataloader = dict(dataset={own!r})')
        parts += parts_of_config(str(tmp_path / 'config.py'))
    assert [(part.num_classes, part.reduce_zero_label) for part in parts] == [(2, True), (2, False)]
    stock = dataset('mmseg.ADE20KDataset', good['ade20k'], data_prefix=prefix)
    assert not found_by_config(tmp_path, train_dataloader=dict(dataset=stock)).problems
    assert 'ids other than 0 to 1 or 255' in str(verify(parts[1:]))


def test_a_classifier_reads_image_folders_and_their_classes_are_compared(good, tmp_path):
    loaders = {
        f'{split}_dataloader': dict(dataset=dataset('CustomDataset', good['image-folder'], data_prefix=split))
        for split in ('train', 'val')
    }
    findings = found_by_config(tmp_path, **loaders)
    assert not findings.problems and len(findings.facts) == 2
    shutil.copytree(good['image-folder'], tmp_path / 'other')
    shutil.rmtree(tmp_path / 'other/val/class2')
    loaders['val_dataloader']['dataset']['data_root'] = str(tmp_path / 'other')
    assert 'so that labels would not agree: 1 (class2)' in str(found_by_config(tmp_path, **loaders))


def test_a_data_set_that_it_does_not_know_is_named(tmp_path):
    findings = found_by_config(tmp_path, train_dataloader=dict(dataset=dataset('Flowers102', 'data/flowers')))
    wanted = 'Not looked at: Flowers102 in data/flowers, which is not there; known are CustomDataset, CUB'
    assert wanted in str(findings)


def test_the_config_of_the_page_on_data_reads_shapes(tmp_path):
    page = (TOOL.parents[1] / 'docs' / 'guides' / 'data.md').read_text()
    blocks = re.findall(r'```python\n(.*?)```', page, flags=re.DOTALL)
    (block,) = (block for block in blocks if 'instances_val2017' in block)
    stock = {
        f'{split}_dataloader': dict(dataset=dict(type='CocoDataset', ann_file=f'annotations/{split}.json'))
        for split in ('train', 'val', 'test')
    }
    (tmp_path / 'stock.py').write_text('\n'.join(f'{key} = {value!r}' for key, value in stock.items()))
    (tmp_path / 'own.py').write_text(f"_base_ = 'stock.py'\n{block}")
    parts = parts_of_config(str(tmp_path / 'own.py'))
    assert [part.classes for part in parts] == 3 * [EXPORTERS['detection'].classes]
    assert {part.file.parts[:3] for part in parts} == {('data', 'shapes', 'detection')}


# -------------------------------------------------------------------------------------------------------------- tool


@pytest.mark.parametrize('harm, status', [(lambda root: None, 0), (lambda root: shutil.rmtree(root / 'val2017'), 1)])
def test_the_tool_ends_with_a_status_for_scripts(harmed, harm, status, monkeypatch, capsys):
    harmed('coco', harm)
    monkeypatch.setattr(sys, 'argv', ['verify_dataset.py', 'coco', 'data', '--stuff', '--quick'])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(TOOL), run_name='__main__')
    assert stop.value.code == status
    assert f'{status or "No"} problem' in capsys.readouterr().out


@pytest.mark.parametrize('options', [[], ['coco'], ['coco', 'data', '--config', 'x.py']])
def test_the_tool_asks_for_a_folder_or_a_config(options, monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['verify_dataset.py', *options])
    with pytest.raises(SystemExit):
        runpy.run_path(str(TOOL), run_name='__main__')
    assert 'either a layout and a folder, or --config' in capsys.readouterr().err


def test_other_classes_are_taken_by_name(good):
    names = list(COCO_CATEGORIES.values())
    assert not look('coco', good['coco'], classes=names[:5]).problems  # the rest is left out
    assert 'no category for 1 of 2 classes: zebu' in str(look('coco', good['coco'], classes=('person', 'zebu')))

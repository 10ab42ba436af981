"""Damages to tiny true data sets, one at a time; a seed chooses which file they befall."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from . import harm as do
from .harm import Harm

NAN, INFINITE = float('nan'), float('inf')
TRAIN = 'annotations/instances_train2017.json'
VAL = 'annotations/instances_val2017.json'


@dataclass(frozen=True)
class Damage:
    """One thing that is wrong with a data set.

    Args:
        layout: Which data set.
        kind: ``picture``, ``map``, ``json``, ``text``, ``folder``; or ``odd`` and ``sound``, which may not be refused:
            what loads otherwise than it looks, and what is right.
        name: What is wrong.
        place: The file or folder below the data set that it befalls.
        harm: Does it.
        names: What a finding has to have in it, any of these, if it is to name the file; the name of ``place``, with or
            without its suffix, if not given.
    """

    layout: str
    kind: str
    name: str
    place: str
    harm: Harm
    names: tuple[str, ...] = ()

    @property
    def must_pass(self) -> bool:
        return self.kind in ('odd', 'sound')


def damages(seed: int) -> list[Damage]:
    """All damages; the same for the same seed."""
    rng = random.Random(seed)
    makers = _sound, _pictures, _maps, _json, _texts, _image_folders, _other_folders
    return [damage for maker in makers for damage in maker(rng)]


ADE_SPLITS = ('training', 'validation')
#: Pictures of each layout.
PICTURES = {
    'image-folder': tuple(
        f'{split}/class{index // 4}/{index % 4:04d}.png' for split in ('train', 'val') for index in range(12)
    ),
    'cub': tuple(f'images/{index + 1:03d}.Bird/{index:04d}.jpg' for index in range(8)),
    'ade20k': tuple(f'images/{split}/{index:04d}.jpg' for split in ADE_SPLITS for index in range(4)),
    'coco': tuple(f'{split}2017/{index:012d}.jpg' for split in ('train', 'val') for index in range(1, 5)),
}
#: Label maps of each layout.
MAPS = {
    'ade20k': tuple(f'annotations/{split}/{index:04d}.png' for split in ADE_SPLITS for index in range(4)),
    'coco-stuff': tuple(f'stuffthingmaps/train2017/{index:012d}.png' for index in range(1, 5)),
}


def _sound(rng: random.Random) -> Iterator[Damage]:
    for layout in (*PICTURES, 'cifar100', 'coco-boxes', 'coco-stuff'):
        yield Damage(layout, 'sound', 'nothing', '.', lambda path: None)
    yield Damage('ade20k', 'sound', 'a palette', rng.choice(MAPS['ade20k']), do.palette_map)
    wide = do.map_of(lambda pixels: pixels.astype(np.uint16), 'TIFF')
    yield Damage('ade20k', 'sound', 'ids of 16 bits', rng.choice(MAPS['ade20k']), wide)
    for layout in ('image-folder', 'cub'):
        yield Damage(layout, 'sound', 'turned by EXIF', rng.choice(PICTURES[layout]), do.turn_by_exif(6))
    for layout, pictures in PICTURES.items():
        yield Damage(layout, 'sound', 'grey', rng.choice(pictures), do.save_as('L'))
        yield Damage(layout, 'sound', 'a palette', rng.choice(pictures), do.save_as('P', 'PNG'))
        yield Damage(layout, 'sound', 'RGBA', rng.choice(pictures), do.save_as('RGBA'))


# ------------------------------------------------------------------------------------------- pictures and label maps


def _broken(rng: random.Random) -> dict[str, Harm]:
    """What may happen to any file that is an image."""
    return {
        'lacks its end mark': do.drop_end_mark,
        'lacks a few bytes': partial(do.drop_end, number=rng.randint(20, 60)),
        'lacks a part': partial(do.keep_part, part=rng.uniform(0.3, 0.8)),
        'zeros at the end': do.zero_tail,
        'no bytes': do.empty,
        'a web page': do.web_page,
        'missing': do.remove,
        'a folder of its name': do.folder_instead,
        'a dangling link': do.dangling_link,
        'a link to itself': do.link_to_itself,
        'no permission': do.forbid,
        'claims gigabytes': do.claim_gigabytes,
    }


def _pictures(rng: random.Random) -> Iterator[Damage]:
    for layout, pictures in PICTURES.items():
        for name, harm in _broken(rng).items():
            if (layout, name) != ('image-folder', 'missing'):  # nobody can know
                yield Damage(layout, 'picture', name, rng.choice(pictures), harm)
        suffix = {'image-folder': '.webp', 'ade20k': '.jpeg'}.get(layout, '.JPG')
        yield Damage(layout, 'picture', f'suffix {suffix}', rng.choice(pictures), do.change_suffix(suffix))
        yield Damage(layout, 'picture', 'unknown to OpenCV', rng.choice(pictures), do.save_as('RGB', 'PCX'))
        for name, harm in {
            '16 bits': do.sixteen_bits,
            'transparent': do.make_transparent,
            'CMYK': do.save_as('CMYK', 'JPEG'),
            'animated': do.animate,
        }.items():
            yield Damage(layout, 'odd', name, rng.choice(pictures), harm)
        yield Damage(layout, 'picture', 'floats', rng.choice(pictures), do.float_picture)
    for layout in ('ade20k', 'coco'):
        size = (20, 32) if layout == 'ade20k' else (64, 40)
        pictures = PICTURES[layout]
        yield Damage(layout, 'picture', 'another size', rng.choice(pictures), do.save_as('RGB', size=size))
        for orientation in (3, 6):
            name = f'turned by EXIF ({orientation})'
            yield Damage(layout, 'picture', name, rng.choice(pictures), do.turn_by_exif(orientation))
    yield Damage('image-folder', 'picture', 'a wrong checksum', rng.choice(PICTURES['image-folder']), do.wrong_checksum)
    for layout, pictures in PICTURES.items():
        place = rng.choice(pictures)
        name = f'spare{place[-4:]}'
        yield Damage(layout, 'picture', 'a spare folder named like one', place, do.folder_beside(name), (name,))


def _maps(rng: random.Random) -> Iterator[Damage]:
    for layout, maps in MAPS.items():
        for name, harm in _broken(rng).items():
            yield Damage(layout, 'map', name, rng.choice(maps), harm)
        beyond = rng.randint(7, 200) if layout == 'ade20k' else rng.randint(183, 254)
        for name, harm in {
            'floats': do.map_of(lambda pixels: pixels.astype(np.float32) + 0.5, 'TIFF'),
            'whole floats': do.map_of(lambda pixels: pixels.astype(np.float32), 'TIFF'),
            'colours': do.save_as('RGB'),
            'colours and alpha': do.save_as('RGBA'),
            'ids and alpha': do.save_as('LA'),
            'ids without a class': do.map_of(do.with_id(beyond)),
            'ids beyond 8 bits': do.map_of(do.with_id(257, np.uint16), 'TIFF'),
            'negative ids': do.map_of(do.with_id(-1, np.int32), 'TIFF'),
            'smeared by JPEG': do.save_as('L', 'JPEG'),
            'another size': do.map_of(lambda pixels: pixels[:, :-4]),
            'suffix .tif': do.change_suffix('.tif'),
        }.items():
            yield Damage(layout, 'map', name, rng.choice(maps), harm)
    maps = MAPS['coco-stuff']
    yield Damage('coco-stuff', 'map', 'a palette, whose colours OpenCV reads', rng.choice(maps), do.palette_map)
    black = do.map_of(lambda pixels: pixels < 100)
    yield Damage('coco-stuff', 'map', 'one bit a pixel', rng.choice(maps), black)


# --------------------------------------------------------------------------------------------------------------- json


def _json(rng: random.Random) -> Iterator[Damage]:
    for name, harm in _json_files(rng).items():
        yield Damage('coco', 'json', name, rng.choice((TRAIN, VAL)), harm)
    for name, harm in (_json_pictures(rng) | _json_objects(rng) | _json_masks(rng)).items():
        yield Damage('coco', 'json', name, TRAIN, harm)
    for name, harm in _json_masks(rng).items():
        if name in ('NaN in a polygon', 'garbage run lengths', 'two corners', 'NaN in run lengths', 'a far polygon'):
            yield Damage('coco', 'json', f'{name} (validation)', VAL, harm)
    for name, harm in _json_objects(rng).items():
        if name.startswith(('a box', 'no object', 'area', 'category')):
            yield Damage('coco-boxes', 'json', name, TRAIN, harm)


def _json_files(rng: random.Random) -> dict[str, Harm]:
    return {
        'lacks its end': partial(do.keep_part, part=rng.uniform(0.2, 0.9)),
        'no bytes': do.empty,
        'a web page': do.web_page,
        'zeros at the end': do.zero_tail,
        'nested deep': do.nest,
        'latin-1': do.other_encoding,
        'missing': do.remove,
        'a folder of its name': do.folder_instead,
        'a dangling link': do.dangling_link,
        'no permission': do.forbid,
        'a list': do.edit(lambda content: [content]),
        'a number': do.edit(lambda content: 7),
        **{f'no {key}': do.edit(lambda content, key=key: content.pop(key) and None) for key in LISTS},
        **{f'{key} is null': do.edit(lambda content, key=key: content.update({key: None})) for key in LISTS},
        **{f'{key} is text': do.edit(lambda content, key=key: content.update({key: 'none'})) for key in LISTS},
        **{f'{key} with a null in it': do.edit(lambda content, key=key: content[key].append(None)) for key in LISTS},
        'no pictures': do.edit(lambda content: content.update(images=[], annotations=[])),
    }


FIELDS = ('id', 'file_name', 'width', 'height')
LISTS = ('images', 'annotations', 'categories')


def _json_pictures(rng: random.Random) -> dict[str, Harm]:
    index = rng.randrange(4)
    picture = partial(do.change_picture, index)
    category = rng.randrange(3)
    change_category = partial(do.change_category, category)
    return {
        **{f'picture without {key}': do.drop_of('images', index, key) for key in FIELDS},
        'width is text': picture(width='64'),
        'width is null': picture(width=None),
        'width is NaN': picture(width=NAN),
        'width is half a pixel off': picture(width=63.5),
        'width is 0': picture(width=0),
        'height is negative': picture(height=-64),
        'width is a list': picture(width=[64]),
        'width and height exchanged with those of another': picture(width=48, height=80),
        'file_name is a number': picture(file_name=7),
        'file_name is null': picture(file_name=None),
        'file_name is a list': picture(file_name=['a.jpg']),
        'file_name is empty': picture(file_name=''),
        'file_name of a folder above': picture(file_name='../val2017/000000000001.jpg'),
        'id of a picture is text': picture(id='one'),
        'id of a picture is a list': picture(id=[1]),
        'id of a picture is null': picture(id=None),
        'id of a picture is a fraction': picture(id=1.5),
        'two pictures of one id': picture(id=(index + 1) % 4 + 1),
        'two pictures of one file': picture(file_name=f'{(index + 1) % 4 + 1:012d}.jpg'),
        'a category renamed': change_category(name='zebu'),
        'a category named by a number': change_category(name=5),
        'a category named by a list': change_category(name=['car']),
        'a category of a list as id': change_category(id=[1]),
        'two categories of one id': change_category(id=(category + 1) % 3 + 1),
        'categories in another order': do.edit(lambda content: content['categories'].reverse()),
        'no categories': do.edit(lambda content: content.update(categories=[])),
    }


def _json_objects(rng: random.Random) -> dict[str, Harm]:
    index = rng.randrange(8)
    item = partial(do.change_object, index)
    return {
        **{
            f'object without {key}': do.drop_of('annotations', index, key)
            for key in ('id', 'image_id', 'category_id', 'bbox', 'area', 'iscrowd')
        },
        'area is text': item(area='840'),
        'area is null': item(area=None),
        'area is NaN': item(area=NAN),
        'area is a list': item(area=[840]),
        'area is negative': item(area=-5),
        'iscrowd is text': item(iscrowd='no'),
        'a box of text': item(bbox=['2', '8', '28', '32']),
        'a box is text': item(bbox='2 8 28 32'),
        'a box is null': item(bbox=None),
        'a box with NaN': item(bbox=[2, NAN, 28, 32]),
        'a box with infinity': item(bbox=[2, 8, INFINITE, 32]),
        'a box of three numbers': item(bbox=[2, 8, 28]),
        'a box of truths': item(bbox=[True, True, True, True]),
        'a box of negative width': item(bbox=[30, 8, -28, 32]),
        'a box of no height': item(bbox=[2, 8, 28, 0]),
        'a box outside': item(bbox=[200, 200, 28, 32]),
        'a box that reaches out': item(bbox=[40, 8, 60, 32]),
        'a box far away': item(bbox=[-1e9, -1e9, 2e9, 2e9]),
        'category is text': item(category_id='person'),
        'category is unknown': item(category_id=77),
        'category is a list': item(category_id=[1]),
        'picture is text': item(image_id='000000000001'),
        'picture is unknown': item(image_id=99),
        'picture is a list': item(image_id=[1]),
        'id of an object is text': item(id='one'),
        'id of an object is a list': item(id=[1]),
        'id of an object is 0': item(id=0),
        'two objects of one id': item(id=(index + 1) % 8 + 1),
        'no objects': do.edit(lambda content: content.update(annotations=[])),
        'crowds alone': do.edit(lambda content: [item.update(iscrowd=1) for item in content['annotations']] and None),
        'all boxes of no width': do.edit(
            lambda content: [item.update(bbox=[2, 8, 0, 32]) for item in content['annotations']] and None
        ),
    }


def _json_masks(rng: random.Random) -> dict[str, Harm]:
    corners, runs = 2 * rng.randrange(4), 2 * rng.randrange(4) + 1  # objects with polygons, and with run lengths
    outline = partial(_mask, corners)
    lengths = partial(_lengths, runs)
    square = [2, 8, 30, 8, 30, 40, 2, 40]
    return {
        'two corners': outline([[2, 8, 30, 40]]),
        'an odd number of coordinates': outline([square[:-1]]),
        'a polygon of nothing': outline([[]]),
        'no polygons': outline([]),
        'a flat polygon': outline(square),
        'a polygon too deep': outline([[square]]),
        'a polygon of text': outline([[str(value) for value in square]]),
        'a polygon with null': outline([[*square[:-1], None]]),
        'NaN in a polygon': outline([[*square[:-1], NAN]]),
        'infinity in a polygon': outline([[*square[:-1], INFINITE]]),
        'a far polygon': outline([[value + 1e6 for value in square]]),
        'a very far polygon': outline([[value * 1e15 for value in square]]),
        'a mask is text': outline('square'),
        'a mask is a number': outline(7),
        'a mask of another object': outline([[40, 50, 60, 50, 60, 60, 40, 60]]),
        'garbage run lengths': lengths(counts='garbage \x7f\x00!'),
        'run lengths cut short': lengths(counts='b3'),
        'run lengths of text': lengths(counts=['a', 'b']),
        'negative run lengths': lengths(counts=[-10, 4106]),
        'NaN in run lengths': lengths(counts=[100, NAN, 3996]),
        'fractions in run lengths': lengths(counts=[100.5, 3995.5]),
        'run lengths of another picture': lengths(counts=[10, 5]),
        'huge run lengths': lengths(counts=[2**40, 1]),
        'size of run lengths is text': lengths(size='64x64'),
        'size of run lengths is NaN': lengths(size=[64, NAN]),
        'size of run lengths is null': lengths(size=None),
        'size of run lengths of another picture': lengths(size=[32, 128]),
        'no counts': lengths(counts=None),
    }


def _mask(index: int, mask: object) -> Harm:
    return do.change_object(index, segmentation=mask)


def _lengths(index: int, **fields: object) -> Harm:
    return do.edit(lambda content: content['annotations'][index]['segmentation'].update(fields) and None)


# -------------------------------------------------------------------------------------------------- texts and folders


def _texts(rng: random.Random) -> Iterator[Damage]:
    files = ('images.txt', 'image_class_labels.txt', 'train_test_split.txt')
    for file in files:
        line = rng.randrange(8)
        for name, harm in {
            'missing': do.remove,
            'no bytes': do.empty,
            'lacks a line': do.change_line(line, None),
            'a line of one word': do.change_line(line, '3'),
            'an id twice': do.change_line(line, f'{(line + 1) % 8 + 1} 1'),
            'an id that is text': do.change_line(line, 'one 1'),
            'zeros at the end': do.zero_tail,
        }.items():
            yield Damage('cub', 'text', f'{name}', file, harm)
    for name, file, text in (
        ('a label of no class', files[1], '201'),
        ('a label of 0', files[1], '0'),
        ('a label that is text', files[1], 'Bird'),
        ('a split of 2', files[2], '2'),
        ('a split that is text', files[2], 'train'),
        ('a name with a space', files[0], '001.Bird/0 1.jpg'),
        ('a name of another file', files[0], '001.Bird/absent.jpg'),
    ):
        line = rng.randrange(8)
        yield Damage('cub', 'text', name, file, do.change_line(line, f'{line + 1} {text}'))
    everything = '\n'.join(f'{index} 1' for index in range(1, 9)) + '\n'
    yield Damage('cub', 'text', 'all for training', files[2], lambda path: path.write_text(everything))
    nothing = everything.replace(' 1\n', ' 0\n')
    yield Damage('cub', 'text', 'none for training', files[2], lambda path: path.write_text(nothing))
    for name, harm in {
        'lacks a part': partial(do.keep_part, part=rng.uniform(0.3, 0.9)),
        'no bytes': do.empty,
        'missing': do.remove,
        'flipped bytes': partial(do.flip_bytes, rng=random.Random(rng.random())),
        'a folder of its name': do.folder_instead,
        'a dangling link': do.dangling_link,
        'no permission': do.forbid,
        'a web page': do.web_page,
    }.items():
        yield Damage('cifar100', 'text', name, f'cifar-100-python/{rng.choice(("train", "test"))}', harm)


def _image_folders(rng: random.Random) -> Iterator[Damage]:
    split, label = rng.choice(('train', 'val')), f'class{rng.randrange(3)}'
    place = f'{split}/{label}'
    folder = partial(Damage, 'image-folder', 'folder')
    yield folder('no such split', split, shutil.rmtree)
    yield folder('an empty split', split, do.clear)
    yield folder('a split without pictures', split, do.clear_below)
    yield folder('a split that is a file', split, do.file_instead)
    yield folder('a level too much', split, do.move_down(split))
    yield folder('a level too few', place, do.move_up, ('0000.png',))
    yield folder('an empty class', place, do.clear)
    yield folder('a class missing', place, shutil.rmtree)
    yield folder('a class with another name', place, do.rename('other'), ('other', label))
    yield folder('a class that is a file', place, do.file_instead)
    yield folder('a class without permission', place, do.forbid)
    yield folder('a class whose link dangles', place, _link_elsewhere)
    yield folder('a link into itself', place, do.link_into_itself, ('again', label))
    yield folder('a class in other case', place, do.rename(label.upper()), (label.upper(), label))
    yield folder('two classes that differ in case', '.', _class_twice, ('CLASS0',))
    yield folder('one class more', place, do.copy_to('more'), ('more',))


def _link_elsewhere(path: do.Path) -> None:
    shutil.rmtree(path)
    path.symlink_to('of_a_disk_that_is_gone')


def _class_twice(path: do.Path) -> None:
    for split in ('train', 'val'):
        shutil.copytree(path / split / 'class0', path / split / 'CLASS0')


def _other_folders(rng: random.Random) -> Iterator[Damage]:
    split = rng.choice(('training', 'validation'))
    ade = partial(Damage, 'ade20k', 'folder')
    for part in ('images', 'annotations'):
        yield ade('no such split', f'{part}/{split}', shutil.rmtree)
        yield ade('an empty split', f'{part}/{split}', do.clear)
        yield ade('no such folder', part, shutil.rmtree)
        yield ade('a level too much', f'{part}/{split}', do.move_down('more'), ('more', split))
        yield ade('without permission', f'{part}/{split}', do.forbid, (f'{part}/{split}',))
        yield ade('a file of its name', f'{part}/{split}', do.file_instead, (f'{part}/{split}',))
    yield ade('both empty', '.', partial(_clear_both, split), (f'images/{split}', f'annotations/{split}'))
    yield ade('pictures and maps exchanged', '.', do.swap('images', 'annotations'), ('0000',))
    upper = rng.choice(PICTURES['ade20k'])
    yield ade('a name in other case', upper, do.change_suffix('.JPG'), (do.Path(upper).stem,))
    coco = partial(Damage, 'coco', 'folder')
    for place in ('train2017', 'val2017', 'annotations'):
        yield coco('no such folder', place, shutil.rmtree)
        yield coco('an empty folder', place, do.clear)
    yield coco('a level too much', 'train2017', do.move_down('train2017'))
    yield coco('without permission', 'train2017', do.forbid)
    yield coco('the pictures of both splits exchanged', '.', _other_pictures, ('train2017', 'val2017'))
    stuff = 'stuffthingmaps/train2017'
    yield Damage('coco-stuff', 'folder', 'no such folder', stuff, shutil.rmtree)
    yield Damage('coco-stuff', 'folder', 'an empty folder', stuff, do.clear)
    yield Damage('coco-stuff', 'folder', 'without permission', stuff, do.forbid)
    cub = partial(Damage, 'cub', 'folder')
    yield cub('no such folder', 'images', shutil.rmtree)
    yield cub('an empty folder', 'images', do.clear)
    yield cub('a level too much', 'images', do.move_down('images'))
    yield cub('without permission', 'images', do.forbid)
    yield Damage('cifar100', 'folder', 'no such folder', 'cifar-100-python', shutil.rmtree)
    yield Damage('cifar100', 'folder', 'an empty folder', 'cifar-100-python', do.clear)
    yield Damage('cifar100', 'folder', 'another name', 'cifar-100-python', do.rename('cifar100'))


def _clear_both(split: str, path: do.Path) -> None:
    for part in ('images', 'annotations'):
        do.clear(path / part / split)


def _other_pictures(path: do.Path) -> None:
    """Pictures of validation under the names of others, so that none of the training is there."""
    do.swap('train2017', 'val2017')(path)
    for picture in (path / 'train2017').iterdir():
        picture.rename(picture.with_name(f'9{picture.name[1:]}'))

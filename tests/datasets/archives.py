"""Archives of data sets in their true formats, with a few tiny images."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat


def picture(value: int, kind: str = 'JPEG') -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((8, 8, 3), value, np.uint8)).save(file, kind)
    return file.getvalue()


def mat(**variables: object) -> bytes:
    file = io.BytesIO()
    savemat(file, variables)
    return file.getvalue()


def cell(words: list[str]) -> np.ndarray:
    return np.array([[word] for word in words], dtype=object)


def write_tar(path: Path, files: Mapping[str, bytes | str], mode: str = 'w:gz') -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def lines(*words: object) -> str:
    return ''.join(f'{word}\n' for word in words)


def make_cub(folder: Path) -> None:
    """Two classes of six images; four of each are for training."""
    names = [f'00{label}.Bird_{label}/Bird_{label}_{place}.jpg' for label in (1, 2) for place in range(6)]
    files: dict[str, bytes | str] = {f'CUB_200_2011/images/{name}': picture(9 * i) for i, name in enumerate(names)}
    files |= {
        'CUB_200_2011/images.txt': lines(*(f'{i + 1} {name}' for i, name in enumerate(names))),
        'CUB_200_2011/image_class_labels.txt': lines(*(f'{i + 1} {i // 6 + 1}' for i in range(12))),
        'CUB_200_2011/train_test_split.txt': lines(*(f'{i + 1} {int(i % 6 < 4)}' for i in range(12))),
        'CUB_200_2011/classes.txt': lines('1 001.Bird_1', '2 002.Bird_2'),
        'attributes.txt': 'beside the folder',
    }
    write_tar(folder / 'CUB_200_2011.tgz', files)


def make_nabirds(folder: Path) -> None:
    """Classes 37 and 1010 of the published numbers, whose names are the same."""
    ids = [f'0000139e-21dc-4d0c-bfe1-4cae3c85c8{i:02d}' for i in range(6)]
    numbers = [1010, 37, 1010, 37, 1010, 37]
    names = [f'{number:04d}/{one.replace("-", "")}.jpg' for one, number in zip(ids, numbers, strict=True)]
    files: dict[str, bytes | str] = {f'nabirds/images/{name}': picture(40 * i) for i, name in enumerate(names)}
    files |= {
        'nabirds/images.txt': lines(*map(' '.join, zip(ids, names, strict=True))),
        'nabirds/image_class_labels.txt': lines(*(f'{one} {number}' for one, number in zip(ids, numbers, strict=True))),
        'nabirds/train_test_split.txt': lines(*(f'{one} {int(i < 4)}' for i, one in enumerate(ids))),
        'nabirds/classes.txt': lines('0 Birds', '37 Barn Owl', '1010 Barn Owl'),
    }
    write_tar(folder / 'nabirds.tar.gz', files)


def make_flowers(folder: Path) -> None:
    """Six images, two of each split."""
    write_tar(folder / '102flowers.tgz', {f'jpg/image_{i + 1:05d}.jpg': picture(i) for i in range(6)})
    (folder / 'imagelabels.mat').write_bytes(mat(labels=np.array([[77, 77, 1, 102, 1, 102]], np.uint8)))
    ids = dict(trnid=np.array([[1, 4]]), valid=np.array([[2, 3]]), tstid=np.array([[5, 6]]))
    (folder / 'setid.mat').write_bytes(mat(**ids))


def make_dogs(folder: Path) -> None:
    """Two breeds."""
    names = [f'n0208562{label}-Breed_{label}/n0208562{label}_{i}.jpg' for label in (0, 1) for i in range(4)]
    write_tar(folder / 'images.tar', {f'Images/{name}': picture(i) for i, name in enumerate(names)}, 'w')
    parts = {'train': [0, 1, 4, 5], 'test': [2, 3, 6, 7]}
    files = {
        f'{split}_list.mat': mat(
            file_list=cell([names[i] for i in places]), labels=np.array([[i // 4 + 1] for i in places], np.uint8)
        )
        for split, places in parts.items()
    }
    write_tar(folder / 'lists.tar', files, 'w')


def make_cars(folder: Path) -> None:
    """Two makes, of which the list tells test images by a number."""
    names = [f'car_ims/{i + 1:06d}.jpg' for i in range(4)]
    write_tar(folder / 'car_ims.tgz', {name: picture(i) for i, name in enumerate(names)})
    kinds = [('relative_im_path', object), ('bbox_x1', object), ('class', object), ('test', object)]
    rows = np.array([[(name, 1, i % 2 + 1, int(i > 1)) for i, name in enumerate(names)]], dtype=kinds)
    content = mat(annotations=rows, class_names=np.array([['Audi A4', 'BMW M3']], dtype=object))
    (folder / 'cars_annos.mat').write_bytes(content)


def make_pets(folder: Path) -> None:
    """Two breeds, one of them a cat."""
    names = [f'{breed}_{i}' for breed in ('Abyssinian', 'yorkshire_terrier') for i in range(4)]
    files = {f'images/{name}.jpg': picture(i) for i, name in enumerate(names)}
    write_tar(folder / 'images.tar.gz', {**files, 'images/Abyssinian_100.mat': 'no image'})
    row = {name: f'{name} {37 if "york" in name else 1} 1 1' for name in names}
    write_tar(
        folder / 'annotations.tar.gz',
        {
            'annotations/trainval.txt': lines(*(row[name] for name in names if name[-1] in '012')),
            'annotations/test.txt': lines(*(row[name] for name in names if name[-1] == '3')),
            'annotations/list.txt': '# not read\n',
        },
    )


def make_caltech(folder: Path) -> None:
    """Two classes of 32 images: the archive is a tar in a zip."""
    inner = folder / 'inner.tar.gz'
    names = [
        f'101_ObjectCategories/{name}/image_{i:04d}.jpg' for name in ('BACKGROUND_Google', 'ant') for i in range(32)
    ]
    write_tar(inner, {**{name: picture(i) for i, name in enumerate(names)}, '101_ObjectCategories/ant/tmp': 'no image'})
    with zipfile.ZipFile(folder / 'caltech-101.zip', 'w') as package:
        package.write(inner, 'caltech-101/101_ObjectCategories.tar.gz')
        package.writestr('caltech-101/show_annotation.m', '% not read')
    inner.unlink()


def make_clothing(folder: Path) -> None:
    """Two classes; one image is labelled by both files."""
    names = [f'images/{i}/0/pic{i}.jpg' for i in range(10)]
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(names):
        write_tar(folder / f'{i}.tar', {name.removeprefix('images/'): picture(i)}, 'w')
    texts = {
        'category_names_eng': ['T-Shirt', 'Down Coat'],
        'noisy_train_key_list': names[:6],
        'noisy_label_kv': [f'{name} {i % 2}' for i, name in enumerate(names[:7])],
        'clean_val_key_list': names[6:8],
        'clean_test_key_list': names[8:],
        'clean_label_kv': [f'{name} 1' for name in names[5:]],
    }
    for name, content in texts.items():
        (folder / f'{name}.txt').write_text(lines(*content))


def make_imagenet_a(folder: Path) -> None:
    """Two classes by their numbers in WordNet."""
    names = [f'imagenet-a/{wnid}/{i}.jpg' for wnid in ('n01498041', 'n01531178') for i in range(2)]
    files: dict[str, bytes | str] = {name: picture(i) for i, name in enumerate(names)}
    write_tar(folder / 'imagenet-a.tar', {**files, 'imagenet-a/README.txt': 'not read'}, 'w')


def make_imagenet_r(folder: Path) -> None:
    """One class."""
    write_tar(folder / 'imagenet-r.tar', {'imagenet-r/n01443537/art_0.jpg': picture(1)}, 'w')


#: By the name in the catalog.
MAKERS = {
    'CUB_200_2011': make_cub,
    'nabirds': make_nabirds,
    'oxford_flowers': make_flowers,
    'stanford_dogs': make_dogs,
    'stanford_cars': make_cars,
    'oxford_pets': make_pets,
    'caltech101': make_caltech,
    'clothing1m': make_clothing,
    'imagenet_a': make_imagenet_a,
    'imagenet_r': make_imagenet_r,
}

"""The data sets that ``mmvpt prepare`` can make of what their publishers offer: a row for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .published import Reader
from .published.birds import read_cub, read_nabirds
from .published.clothing1m import read_clothing1m
from .published.flowers import read_flowers
from .published.folders import read_caltech101, read_imagenet_a, read_imagenet_r
from .published.pets import read_pets
from .published.stanford import read_cars, read_dogs


@dataclass(frozen=True)
class Archive:
    """A file to download.

    Args:
        name: As its publisher calls it.
        md5: Published by it, or by libraries that download it; empty where no one does.
        into: Folder below that of the data set to unpack or copy it into.
        holds: A file or folder that is there once it is unpacked, below the folder of the data set.
        within: An archive in it that holds the data.
    """

    name: str
    md5: str = ''
    into: str = ''
    holds: str = ''
    within: str = ''


@dataclass(frozen=True)
class CatalogEntry:
    """A data set.

    Args:
        title: Its name.
        page: Where to get it.
        terms: Its licence, as far as its page or files say one.
        gigabytes: To download, about.
        classes: How many there are.
        sizes: Images of each split; ``train`` is without what is held out to select on.
        archives: What to download.
        read: Reads the annotations.
        top: Folder in the archives that is that of the data set.
    """

    title: str
    page: str
    terms: str
    gigabytes: float
    classes: int
    sizes: Mapping[str, int]
    archives: tuple[Archive, ...]
    read: Reader
    top: str = ''
    notes: str = ''
    papers: tuple[str, ...] = field(default=())


#: By the name that ``mmvpt prepare`` takes, which is that of the folder below ``data`` too. Sizes of FGVC are those of
#: VPT, Table 8 (NABirds has 555 classes; the text of the table says 55).
CATALOG = {
    'CUB_200_2011': CatalogEntry(
        title='CUB-200-2011',
        page='https://www.vision.caltech.edu/datasets/cub_200_2011/',
        terms='non-commercial research',
        gigabytes=1.2,
        classes=200,
        sizes=dict(train=5_394, val=600, test=5_794),
        archives=(Archive('CUB_200_2011.tgz', '97eceeb196236b17998738112f37df78', holds='images.txt'),),
        read=read_cub,
        top='CUB_200_2011',
        papers=('VPT', 'E2VPT'),
    ),
    'nabirds': CatalogEntry(
        title='NABirds',
        page='https://dl.allaboutbirds.org/nabirds',
        terms='non-commercial research, by a form',
        gigabytes=9,
        classes=555,
        sizes=dict(train=21_536, val=2_393, test=24_633),
        archives=(Archive('nabirds.tar.gz', 'df21a9e4db349a14e2b08adfd45873bd', holds='images.txt'),),
        read=read_nabirds,
        top='nabirds',
        papers=('VPT', 'E2VPT'),
    ),
    'oxford_flowers': CatalogEntry(
        title='Oxford Flowers 102',
        page='https://www.robots.ox.ac.uk/~vgg/data/flowers/102/',
        terms='not stated',
        gigabytes=0.4,
        classes=102,
        sizes=dict(train=1_020, val=1_020, test=6_149),
        archives=(
            Archive('102flowers.tgz', '52808999861908f626f3c1f4e79d11fa', holds='jpg'),
            Archive('imagelabels.mat', 'e0620be6f572b9609742df49c70aed4d', holds='imagelabels.mat'),
            Archive('setid.mat', 'a5357ecc9cb78c4bef273ce3793fc85c', holds='setid.mat'),
        ),
        read=read_flowers,
        notes='the published validation split is held out',
        papers=('VPT', 'E2VPT', 'Pro-tuning'),
    ),
    'stanford_dogs': CatalogEntry(
        title='Stanford Dogs',
        page='http://vision.stanford.edu/aditya86/ImageNetDogs/',
        terms='not stated; images of ImageNet',
        gigabytes=0.8,
        classes=120,
        sizes=dict(train=10_800, val=1_200, test=8_580),
        archives=(
            Archive('images.tar', '1bb1f2a596ae7057f99d7d75860002ef', holds='Images'),
            Archive('lists.tar', 'edbb9f16854ec66506b5f09b583e0656', holds='train_list.mat'),
        ),
        read=read_dogs,
        notes='backbones of ImageNet-1k have seen its images',
        papers=('VPT', 'E2VPT', 'Pro-tuning'),
    ),
    'stanford_cars': CatalogEntry(
        title='Stanford Cars',
        page='https://ai.stanford.edu/~jkrause/cars/car_dataset.html',
        terms='non-commercial research',
        gigabytes=2,
        classes=196,
        sizes=dict(train=7_329, val=815, test=8_041),
        archives=(
            Archive('car_ims.tgz', 'd5c8f0aa497503f355e17dc7886c3f14', holds='car_ims'),
            Archive('cars_annos.mat', 'b407c6086d669747186bd1d764ff9dbc', holds='cars_annos.mat'),
        ),
        read=read_cars,
        notes='its page does not answer any more; mirrors have these files',
        papers=('VPT', 'E2VPT'),
    ),
    'oxford_pets': CatalogEntry(
        title='Oxford-IIIT Pets',
        page='https://www.robots.ox.ac.uk/~vgg/data/pets/',
        terms='CC BY-SA 4.0',
        gigabytes=0.8,
        classes=37,
        sizes=dict(train=3_312, val=368, test=3_669),
        archives=(
            Archive('images.tar.gz', '5c4f3ee8e5d25df40f4fd59a7f44e54c', holds='images'),
            Archive('annotations.tar.gz', '95a8c909bbe2e81eed6a22bccdf3f68f', holds='annotations'),
        ),
        read=read_pets,
        papers=('Pro-tuning',),
    ),
    'caltech101': CatalogEntry(
        title='Caltech-101',
        page='https://data.caltech.edu/records/mzrjq-6wc02',
        terms='CC BY 4.0',
        gigabytes=0.14,
        classes=102,
        sizes=dict(train=2_754, val=306, test=6_084),
        archives=(
            Archive(
                'caltech-101.zip',
                '3138e1922a9193bfa496528edbbc45d0',
                holds='101_ObjectCategories',
                within='caltech-101/101_ObjectCategories.tar.gz',
            ),
        ),
        read=read_caltech101,
        notes='no split is published: 30 images of each class, drawn with seed 0, are for training',
        papers=('Pro-tuning',),
    ),
    'clothing1m': CatalogEntry(
        title='Clothing1M',
        page='https://github.com/Cysu/noisy_label',
        terms='non-commercial research, on request, not to be passed on',
        gigabytes=60,
        classes=14,
        sizes=dict(train=1_000_000, val=14_313, test=10_526),
        archives=(
            *(Archive(f'{place}.tar', into='images', holds=f'images/{place}') for place in range(10)),
            *(
                Archive(f'{name}.txt', holds=f'{name}.txt')
                for name in (
                    'category_names_eng',
                    'noisy_train_key_list',
                    'noisy_label_kv',
                    'clean_val_key_list',
                    'clean_test_key_list',
                    'clean_label_kv',
                )
            ),
        ),
        read=read_clothing1m,
        notes='training images have noisy labels; no checksums are published',
        papers=('Pro-tuning',),
    ),
    'imagenet_a': CatalogEntry(
        title='ImageNet-A',
        page='https://github.com/hendrycks/natural-adv-examples',
        terms='not stated; images of ImageNet and the web',
        gigabytes=0.7,
        classes=200,
        sizes=dict(test=7_500),
        archives=(Archive('imagenet-a.tar', 'c3e55429088dc681f30d81f4726b6595', holds='imagenet-a'),),
        read=read_imagenet_a,
        notes='test images alone',
        papers=('Pro-tuning',),
    ),
    'imagenet_r': CatalogEntry(
        title='ImageNet-R',
        page='https://github.com/hendrycks/imagenet-r',
        terms='not stated; images of the web',
        gigabytes=2.2,
        classes=200,
        sizes=dict(test=30_000),
        archives=(Archive('imagenet-r.tar', 'a61312130a589d0ca1a8fca1f2bd3337', holds='imagenet-r'),),
        read=read_imagenet_r,
        notes='test images alone',
        papers=('Pro-tuning',),
    ),
}

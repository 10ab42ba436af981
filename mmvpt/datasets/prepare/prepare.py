"""One data set from its archives to lists, so that an interruption is made up for by the same command."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from mmvpt.config.near import suggest
from mmvpt.files.refuse import refuse
from mmvpt.files.write import write_atomically
from mmvpt.text.full_disk import say_where_full
from mmvpt.text.refused import Refused
from mmvpt.text.shorten import shorten
from mmvpt.version import __version__

from ..card import write_card
from ..catalog import CATALOG, CatalogEntry
from ..image_list import CLASS_NAMES, Listed
from ..published import Published
from .split import hold_out_tenth
from .unpack import Folder

PREPARE_AGAIN = 'Remove the folder and prepare the data set again from whole archives.'


@dataclass(frozen=True)
class Prepared:
    """A folder with lists, and how many images each has."""

    folder: Path
    sizes: Mapping[str, int]


def prepare(
    name: str,
    archives: Path,
    folder: Path,
    *,
    seed: int = 0,
    splits: Path | None = None,
    unchecked: bool = False,
    whole: bool = True,
) -> Prepared:
    """Unpack the archives of a data set, split it, and write lists of images and a card.

    Args:
        name: Of a row of :data:`mmvpt.datasets.catalog.CATALOG`.
        archives: Folder of the downloaded files.
        folder: Of the data set.
        seed: Of the images that are held out to select on.
        splits: Folder of ``train.json``, ``val.json`` and ``test.json`` that say which images are in which split, as
            the public code of VPT has them; in place of a split by seed.
        unchecked: Whether files with other checksums than the published ones are taken.
        whole: Whether there have to be as many images as published.
    """
    if name not in CATALOG:
        raise Refused(f'There is no recipe for {name!r}. {suggest(name, [*CATALOG, "vtab"])}')
    entry = CATALOG[name]
    sources = _find(entry, archives, folder)
    with say_where_full(folder, 'give the same command again'):
        with Progress() as progress:
            place = Folder(folder, entry.top)
            sums = {
                archive.name: place.unpack(archive, sources[archive.name], unchecked, progress)
                for archive in entry.archives
                if archive.name in sources
            }
        published = entry.read(folder)
        lists = _split(published, seed) if splits is None else _as_listed(published, splits, folder)
        if whole:
            _require_sizes(entry, published, lists, folder)
        _require_files(lists, folder)
        return _write(entry, published, lists, folder, dict(archives=sums, seed=None if splits else seed))


def _find(entry: CatalogEntry, archives: Path, folder: Path) -> dict[str, Path]:
    """The archives that are needed; what is missing is said with where it is from."""
    found = {archive.name: archives / archive.name for archive in entry.archives}
    missing = [
        archive.name
        for archive in entry.archives
        if not found[archive.name].is_file() and not (archive.holds and (folder / archive.holds).exists())
    ]
    if missing:
        raise Refused(
            f'{archives} lacks {len(missing)} of {len(found)} files of {entry.title}: {shorten(missing, 12)}. Download '
            f'them from {entry.page} (about {entry.gigabytes:g} GB in all; terms: {entry.terms}), put them there, and '
            'give the same command again.'
        )
    return {name: path for name, path in found.items() if path.is_file()}


def _split(published: Published, seed: int) -> dict[str, Sequence[Listed]]:
    lists = dict(published.splits)
    if 'train' in lists and 'val' not in lists:
        lists['train'], lists['val'] = hold_out_tenth(lists['train'], seed)
    return lists


def _as_listed(published: Published, splits: Path, folder: Path) -> dict[str, Sequence[Listed]]:
    """Splits as JSON files say them: an object of paths and classes; labels are those of the data set itself."""
    known = {image.path: image for images in published.splits.values() for image in images}
    prefix = next((path.partition('/')[0] for path in known), '')
    lists: dict[str, Sequence[Listed]] = {}
    for split in ('train', 'val', 'test'):
        path = splits / f'{split}.json'
        try:
            names = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise refuse(path, f'it is no JSON file of a split: {error}', 'Download the splits again.') from error
        if not isinstance(names, dict):
            raise refuse(path, 'it holds no object of paths and classes', 'Download the splits again.')
        found = [known.get(name) or known.get(f'{prefix}/{name}') for name in names]
        if unknown := [name for name, image in zip(names, found, strict=True) if image is None]:
            raise refuse(path, f'it lists images that {folder} does not have: {shorten(unknown, 3)}', PREPARE_AGAIN)
        lists[split] = [image for image in found if image is not None]
    return lists


def _require_sizes(
    entry: CatalogEntry, published: Published, lists: Mapping[str, Sequence[Listed]], folder: Path
) -> None:
    sizes = {split: len(images) for split, images in lists.items()}
    if len(published.classes) != entry.classes or sizes != dict(entry.sizes):
        raise refuse(
            folder,
            f'it has {len(published.classes)} classes and the images {sizes}, and {entry.title} has {entry.classes} '
            f'and {dict(entry.sizes)}',
            PREPARE_AGAIN,
        )


def _require_files(lists: Mapping[str, Sequence[Listed]], folder: Path) -> None:
    """Refuse lists of images that are not there, or that are in two splits."""
    missing = [image.path for images in lists.values() for image in images if not (folder / image.path).is_file()]
    if missing:
        raise refuse(folder, f'{len(missing)} images are listed and absent: {shorten(missing, 3)}', PREPARE_AGAIN)
    seen: dict[str, str] = {}
    for split, images in lists.items():
        for image in images:
            if image.path in seen:
                raise refuse(folder, f'{image.path} is in {seen[image.path]} and in {split}', PREPARE_AGAIN)
            seen[image.path] = split


def _write(
    entry: CatalogEntry, published: Published, lists: Mapping[str, Sequence[Listed]], folder: Path, how: Mapping
) -> Prepared:
    """Write the lists, then the card, which says that all is there."""
    together = {'trainval': [*lists['train'], *lists['val']]} if 'train' in lists else {}
    texts = {f'{split}.txt': [f'{image.path} {image.label}' for image in images] for split, images in lists.items()}
    texts |= {f'{split}.txt': [f'{image.path} {image.label}' for image in images] for split, images in together.items()}
    for file, lines in {**texts, CLASS_NAMES: list(published.classes)}.items():
        content = ''.join(f'{line}\n' for line in lines).encode()
        write_atomically(folder / file, lambda out, content=content: out.write(content))  # type: ignore[misc]
    sizes = {file.removesuffix('.txt'): len(lines) for file, lines in texts.items()}
    source = f'{entry.title} as published ({entry.page})'
    write_card(folder, dict(title=entry.title, source=source, terms=entry.terms, sizes=sizes, mmvpt=__version__, **how))
    return Prepared(folder, sizes)

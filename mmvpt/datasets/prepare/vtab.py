"""The tasks of VTAB-1k from what TensorFlow Datasets has prepared, without TensorFlow.

Images are written as TensorFlow Datasets stores them, byte for byte, so that a decoder gives the pixels that the VPT
paper trained on; folders of JPEG files that others made of the same pixels do not. There are two exceptions, both
without loss. dSprites has pixels of 0 and 1, which the definition of its tasks multiplies by 255, and so do we: a
decoder would show black images. And an image that is neither JPEG nor PNG (some of the Pets) becomes a PNG of the same
pixels.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from rich.progress import Progress

from mmvpt.config.near import suggest
from mmvpt.files.refuse import refuse
from mmvpt.files.write import write_atomically
from mmvpt.text.full_disk import say_where_full
from mmvpt.text.refused import Refused
from mmvpt.version import __version__

from ..card import CARD, write_card
from ..image_list import CLASS_NAMES, Listed
from ..tfrecord import MAKE_RECORDS_AGAIN
from ..vtab_tasks import VTAB_FILES, VTAB_TASKS
from .prepare import Prepared
from .tfds_folder import INFO, Example, TfdsFolder, find_version
from .vtab_sources import VTAB_SOURCES, Cut, VtabSource

#: Says that a folder is ours and not yet whole.
UNFINISHED = '.unfinished'
#: Images to train on and to select on.
TRAIN_AND_VAL = (800, 200)
_SUFFIXES = {b'\xff\xd8\xff': 'jpg', b'\x89PNG': 'png'}


def prepare_vtab(
    tfds: Path,
    folder: Path,
    tasks: Sequence[str] = (),
    *,
    whole: bool = True,
    numbers: tuple[int, int] = TRAIN_AND_VAL,
) -> list[Prepared]:
    """Write images, lists and a card of each task; a task that has its card is left as it is.

    Args:
        tfds: The folder of TensorFlow Datasets, with a folder for each data set.
        folder: With a folder for each task.
        tasks: Some of :data:`mmvpt.datasets.vtab_tasks.VTAB_TASKS`; all by default.
        whole: Whether splits have to be as long as published.
        numbers: How many images to train on and to select on.
    """
    for name in tasks:
        if name not in VTAB_SOURCES:
            raise Refused(f'VTAB-1k has no task {name!r}. {suggest(name, VTAB_SOURCES)}')
    chosen = list(dict.fromkeys(tasks or VTAB_SOURCES))
    sources = _find(tfds, [name for name in chosen if not (folder / name / CARD).is_file()])
    with say_where_full(folder, 'give the same command again'), Progress() as progress:
        for name, source in sources.items():
            _Task(name, source, folder / name, whole, numbers).write(progress)
    return [Prepared(folder / name, _sizes(folder / name)) for name in chosen]


def _find(tfds: Path, names: Sequence[str]) -> dict[str, TfdsFolder]:
    """The folders of all tasks; all that are missing are named at once."""
    found: dict[str, TfdsFolder] = {}
    missing: list[str] = []
    for name in names:
        row = VTAB_SOURCES[name]
        advice = f'Make it with `tfds build {row.title}`, or name other tasks with --tasks.'
        try:
            found[name] = TfdsFolder(find_version(tfds / row.name / row.config, row.version, advice), row.name)
        except Refused as error:
            missing.append(str(error))
    if missing:
        raise Refused('\n'.join(dict.fromkeys(missing)))
    return found


def _sizes(folder: Path) -> Mapping[str, int]:
    path = folder / CARD
    try:
        return {str(split): int(number) for split, number in json.loads(path.read_text())['sizes'].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise refuse(path, f'it is no card: {error!r}', 'Remove the folder and prepare the task again.') from error


class _Task:
    """A task that is written."""

    def __init__(self, name: str, tfds: TfdsFolder, folder: Path, whole: bool, numbers: tuple[int, int]) -> None:
        self.row: VtabSource = VTAB_SOURCES[name]
        self.task = VTAB_TASKS[name]
        self.tfds = tfds
        self.folder = folder
        self.whole = whole
        train, val = numbers
        self.parts = {'train': (Cut('train'), train), 'val': (self.row.val, val), 'test': (self.row.test, None)}

    def write(self, progress: Progress) -> None:
        """Write images, then lists, then the card."""
        ranges = self._ranges()
        classes = self._classes()
        self._begin()
        lists = {split: list(self._images(split, *cut, progress)) for split, cut in ranges.items()}
        lists['trainval'] = [*lists['train'], *lists['val']]
        texts = {VTAB_FILES[split]: [f'{image.path} {image.label}' for image in lists[split]] for split in VTAB_FILES}
        for file, lines in {**texts, **({CLASS_NAMES: classes} if classes else {})}.items():
            content = ''.join(f'{line}\n' for line in lines).encode()
            write_atomically(self.folder / file, lambda out, content=content: out.write(content))  # type: ignore[misc]
        how = 'images as stored, times 255' if self.row.binary else 'images as stored'
        sizes = {split: len(lists[split]) for split in VTAB_FILES}
        source = f'TFDS {self.row.title} {self.tfds.folder.name}, {how}'
        write_card(self.folder, dict(title=self.task.title, source=source, sizes=sizes, mmvpt=__version__))
        (self.folder / UNFINISHED).unlink()

    def _ranges(self) -> dict[str, tuple[str, int, int]]:
        """The split and the first and last records of each list."""
        info = self.tfds.folder / INFO
        for split, published in self.row.records.items():
            found = self.tfds.length(split)
            if self.whole and found != published:
                raise refuse(info, f'{split} has {found} records, and {published} as published', MAKE_RECORDS_AGAIN)
        ranges = {}
        for name, (cut, number) in self.parts.items():
            length = self.tfds.length(cut.split)
            begin = length * cut.percent // 100
            end = length if number is None else begin + number
            if not begin < end <= length:
                wrong = f'{cut.split} has {length} records, and those from {begin} to {end} are needed'
                raise refuse(info, wrong, MAKE_RECORDS_AGAIN)
            ranges[name] = (cut.split, begin, end)
        return ranges

    def _classes(self) -> list[str]:
        names = self.tfds.label_names(self.row.names) if self.row.names else []
        if names and len(set(names)) != self.task.classes:
            path = self.tfds.folder / f'{self.row.names}.labels.txt'
            raise refuse(path, f'it has {len(names)} names for {self.task.classes} classes', MAKE_RECORDS_AGAIN)
        return names

    def _begin(self) -> None:
        mark = self.folder / UNFINISHED
        if self.folder.is_dir() and any(self.folder.iterdir()) and not mark.is_file():
            raise refuse(
                self.folder, f'it has files and no {CARD}, so others made it', 'Remove it, or give another --to.'
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        mark.touch()

    def _images(self, name: str, split: str, begin: int, end: int, progress: Progress) -> Iterator[Listed]:
        images = Path('images', Path(VTAB_FILES[name]).stem)
        (self.folder / images).mkdir(parents=True, exist_ok=True)
        bar = progress.add_task(f'{self.folder.name}, {name}', total=end - begin)
        for index, example in enumerate(self.tfds.examples(split, begin, end)):
            label = self.row.label(example)
            if not 0 <= label < self.task.classes:
                raise example.wrong(f'it has the label {label}, and there are {self.task.classes} classes')
            content, suffix = _encoded(example, self.row.binary)
            path = images / f'{index:06d}.{suffix}'
            (self.folder / path).write_bytes(content)
            progress.advance(bar)
            yield Listed(path.as_posix(), label)
        progress.remove_task(bar)


def _encoded(example: Example, binary: bool) -> tuple[bytes, str]:
    """The bytes of an image file, and how its name ends."""
    content = example.content('image')
    if not binary:
        for start, suffix in _SUFFIXES.items():
            if content.startswith(start):
                return content, suffix
    try:
        with Image.open(io.BytesIO(content)) as image:
            pixels = np.asarray(image if binary else image.convert('RGB'))
    except (OSError, SyntaxError, ValueError) as error:
        raise example.wrong(f'its image does not decode: {error}') from error
    if binary and pixels.max() > 1:
        raise example.wrong(f'its image has pixels of {pixels.max()}, and 0 and 1 were expected')
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8) * np.uint8(255) if binary else pixels).save(file, 'PNG')
    return file.getvalue(), 'png'

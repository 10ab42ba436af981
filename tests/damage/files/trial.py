"""All cases tried, one process after the other, and a table of what came of them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

from .case import GOOD, Case, Outcome, Seen, Tried
from .commands import see_command
from .isolate import see
from .judge import judge
from .readers import READERS, Room
from .true import TrueFiles

Files = dict[Path, tuple[int, int]]


class Trial:
    """Hands damaged files to readers, and watches what must not change."""

    def __init__(self, true: TrueFiles, room: Room) -> None:
        self.true, self.room = true, room
        self.package = Path(str(import_module('mmvpt').__file__)).parent
        self.kept = true.root / 'kept'
        self.copy = true.root / 'copy'
        shutil.copytree(self.kept, self.copy)

    def try_case(self, case: Case) -> Tried:
        """Write the file, let the reader have it in a fork of this process, and judge."""
        reader = READERS[case.reader]
        return self._try(case, lambda path: see(partial(reader.read, path, self.room), self.true.case, self.package))

    def try_command(self, case: Case) -> Tried:
        """The same with the true command line."""
        return self._try(case, lambda path: see_command(case, path, self.true, self.package))

    def _try(self, case: Case, look: Callable[[Path], Seen]) -> Tried:
        self.true.empty_case()
        name = 'work/epoch_1' if case.reader == 'resume, newest' else 'given'
        path = self.true.case / f'{name}{case.damage.suffix}'
        case.damage.write(path)
        before = self._files()
        seen = look(path)
        if changed := sorted(str(name) for name, state in before.items() if state != _state(name)):
            seen = Seen(**{**vars(seen), 'changed': tuple(changed)})
            shutil.rmtree(self.kept)
            shutil.copytree(self.copy, self.kept)
        return Tried(case, judge(case, seen, path), seen)

    def _files(self) -> Files:
        """What no reader may touch: all but what a run has written."""
        mine = [self.true.work / name for name in ('notes.txt', 'thesis.pth', 'thesis.safetensors')]
        return {path: _state(path) for path in (*mine, *self.kept.rglob('*')) if path.is_file()}


def _state(path: Path) -> tuple[int, int]:
    if not path.exists():
        return -1, -1
    about = path.stat()
    return about.st_size, about.st_mtime_ns


def table(tried: Iterable[Tried]) -> str:
    """Rows of kinds, columns of outcomes, and what those mean."""
    counts: dict[str, Counter[Outcome]] = {}
    for one in tried:
        counts.setdefault(one.case.damage.kind, Counter())[one.outcome] += 1
    total = sum(counts.values(), Counter())
    columns = [outcome for outcome in Outcome if total[outcome] or outcome in GOOD]
    rows = [(kind, [row.total(), *(row[it] for it in columns)]) for kind, row in (*counts.items(), ('all', total))]
    width = max(len(kind) for kind, _ in rows)
    lines = ['  '.join([' ' * width, f'{"tried":>9}', *(f'{it.name.lower():>9}' for it in columns)])]
    lines += ['  '.join([f'{kind:<{width}}', *(f'{number or "-":>9}' for number in numbers)]) for kind, numbers in rows]
    return '\n'.join([*lines, '', *(f'{it.name.lower():<9}  {it.value}' for it in columns)])


def faults(tried: Sequence[Tried], limit: int) -> str:
    """The cases of bad outcomes, some of each."""
    lines = []
    for outcome in Outcome:
        found = [one for one in tried if one.outcome is outcome and outcome not in GOOD]
        lines += [f'\n{outcome.value}: {len(found)}'] * bool(found)
        lines += [f'  {one.case.title}: {_said(one.seen)}' for one in found[:limit]]
    return '\n'.join(lines)


def _said(seen: Seen) -> str:
    return f'{seen.killed or seen.error} {" ".join(seen.message.split())[:160]} {" ".join(seen.changed)}'.strip()


def compare(tried: Sequence[Tried], again: Sequence[Tried]) -> str:
    """Say where true command lines had another outcome than forks."""
    before = {id(one.case): one.outcome for one in tried}
    other = [one for one in again if one.outcome is not before[id(one.case)]]
    lines = [f'\n{len(again)} cases once more by true command lines: {len(again) - len(other)} with the same outcome']
    return '\n'.join(
        [
            *lines,
            *(
                f'  {one.case.title}: {before[id(one.case)].value}, then {one.outcome.value}; {_said(one.seen)}'
                for one in other
            ),
        ]
    )

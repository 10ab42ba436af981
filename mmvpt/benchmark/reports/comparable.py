"""Results that may stand in one table; a mixture that may not is refused, with the files that hold which part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from mmvpt.benchmark.results import RESULTS_FILE, Phase, Result, read_results
from mmvpt.config.near import suggest
from mmvpt.text.refused import Refused

from .variants import variant_of


class Found(NamedTuple):
    """A result, and the file that it is in."""

    result: Result
    file: Path


@dataclass(frozen=True)
class Agreement:
    """Something in which results have to agree.

    Args:
        what: Its name in a message, in plural.
        value: The value of a result; empty where it has none.
        among: What results have in common if they have to agree, and its name.
    """

    what: str
    value: Callable[[Result], str]
    among: Callable[[Result], str] = lambda result: ''


AGREEMENTS = (
    Agreement('versions of mmvpt', lambda result: result.code),
    Agreement('sources', lambda result: result.source, lambda result: f' of the data of {result.task}'),
    Agreement('metrics', lambda result: result.metric, lambda result: f' of {result.task}'),
    Agreement('splits', lambda result: result.split, lambda result: f' of {result.task}'),
    Agreement('groups', lambda result: result.group, lambda result: f' of {result.task}'),
    Agreement('versions', lambda result: result.base_version, lambda result: f' of the base {result.base}'),
)


def gather(folders: Sequence[Path], *, phase: Phase = 'final', protocol: str | None = None) -> list[Result]:
    """Read the results of folders, or refuse to compare them.

    Args:
        folders: Work folders of sweeps, or those above them.
        phase: Which trainings.
        protocol: The one to report; None where there is one only.
    """
    found = [item for item in _read(folders) if item.result.phase == phase]
    if not found:
        raise Refused(
            f'{_names(folders)}: there is no result of the phase {phase}. Finish the sweep, or choose the other with '
            '--phase.'
        )
    chosen = _of_protocol(found, protocol)
    for agreement in AGREEMENTS:
        _require(agreement, chosen)
    return _without_repetitions(chosen)


def _read(folders: Sequence[Path]) -> list[Found]:
    """Results with their files; a file below two of the folders is read once."""
    files = {
        path.resolve(): path for folder in folders for path in sorted(folder.rglob(RESULTS_FILE)) or [folder]
    }  # a folder without results is refused by the reader
    return [Found(_in_percent(result), path) for path in files.values() for result in read_results(path)]


def _in_percent(result: Result) -> Result:
    """The result as papers print it: metrics of COCO are shares of 1, all others percent."""
    if result.value is None or not result.metric.startswith('coco/'):
        return result
    return replace(result, value=100 * result.value)


def _of_protocol(found: Sequence[Found], protocol: str | None) -> list[Found]:
    there = _files_by(found, lambda result: result.protocol)
    if protocol is None and len(there) > 1:
        raise Refused(
            f'The results are of several protocols: {_where(there)}. One table has results of one. Choose one with '
            f'--protocol, of {", ".join(there)}.'
        )
    if protocol is not None and protocol not in there:
        raise Refused(f'There is no result of the protocol {protocol!r}. {suggest(protocol, there)}')
    return [item for item in found if protocol in (None, item.result.protocol)]


def _require(agreement: Agreement, found: Sequence[Found]) -> None:
    among: dict[str, list[Found]] = {}
    for item in found:
        if agreement.value(item.result):
            among.setdefault(agreement.among(item.result), []).append(item)
    for what, items in among.items():
        there = _files_by(items, agreement.value)
        if len(there) > 1:
            raise Refused(
                f'There are several {agreement.what}{what}: {_where(there)}. Results of one table agree in them. '
                'Report folders that do, each by themselves, or give the sweep of the others again.'
            )


def _without_repetitions(found: Sequence[Found]) -> list[Result]:
    """Each training once; in the phases that select, one setting may be better than another, and all stay."""
    kept: dict[tuple[object, ...], Found] = {}
    for item in found:
        result = item.result
        setting = tuple(sorted(map(str, result.setting.items()))) if result.phase != 'final' else variant_of(result)
        key = (result.base, result.method, result.task, result.seed, result.train_images, setting)
        first = kept.setdefault(key, item)
        if first.result.value != result.value or first.result.failed != result.failed:
            raise Refused(
                f'There are two results of {result.method} on {result.task}, seed {result.seed}, from {result.base}: '
                f'{_value(first)} and {_value(item)}. One table has one of them. Leave a folder out.'
            )
    return [item.result for item in kept.values()]


def _value(found: Found) -> str:
    value = found.result.value
    return f'{"failed" if value is None else f"{value:g}"} in {found.file}'


def _files_by(found: Iterable[Found], value: Callable[[Result], str]) -> dict[str, list[Path]]:
    files: dict[str, list[Path]] = {}
    for item in found:
        of_value = files.setdefault(value(item.result), [])
        if item.file not in of_value:
            of_value.append(item.file)
    return files


def _where(files: Mapping[str, Sequence[Path]]) -> str:
    return '; '.join(f'{value} in {_names(paths)}' for value, paths in files.items())


def _names(paths: Sequence[Path]) -> str:
    return ', '.join(map(str, paths))

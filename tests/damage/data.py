"""What the checker and a training say of damaged data sets: runner, judge and table.

Each data set is damaged in one place (:mod:`.data_cases`); then the checker looks at it and a tiny config trains on it,
both in a process of its own with a time limit.
"""

from __future__ import annotations

import re
import runpy
import shutil
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from .data_cases import Damage
from .data_sets import DATA_SETS, know_checksums, write_data_set
from .isolated import Ended, run_isolated

CHECK_SECONDS, TRAIN_SECONDS = 10.0, 20.0  # of a processor
#: What a checker may say, best first.
SAID = ('named', 'without the file', 'remark', 'passed', 'traceback', 'crashed', 'hung')
#: What a training may do, best first.
DID = ('named', "host's words", 'trained', 'crashed', 'hung')
BAD_ENDS = ('traceback', 'crashed', 'hung')


@dataclass(frozen=True)
class Outcome:
    """What became of one damage.

    Args:
        said: One of ``SAID``.
        did: One of ``DID``, or nothing where no training was tried.
        words: What the checker said.
        error: How the training ended.
        seconds: How long both took.
    """

    layout: str
    kind: str
    name: str
    place: str
    said: str
    did: str
    words: str
    error: str
    seconds: float

    @property
    def must_pass(self) -> bool:
        return self.kind in ('odd', 'sound')


def try_all(damages: Iterable[Damage], repo: Path, scratch: Path, train: bool = True) -> Iterator[Outcome]:
    """Try damages one by one on the code of a checkout, whose package has to be imported already."""
    _import_hosts()
    usual: dict[str, str] = {}
    for number, damage in enumerate(damages):
        model = scratch / damage.layout
        before = partial(know_checksums, model / 'data') if damage.layout == 'cifar100' else lambda: None
        if not model.exists():
            made = run_isolated(partial(write_data_set, damage.layout, model, repo), scratch, TRAIN_SECONDS)
            assert not made.status, made.printed
            usual[damage.layout] = _check(model, repo, before).printed
        folder = scratch / f'{number:04d}'
        shutil.copytree(model, folder)
        damage.harm(folder / 'data' / damage.place)
        checked = _check(folder, repo, before)
        trained = _train(folder, repo, before) if train else None
        yield judge(damage, checked, trained, usual[damage.layout])
        _delete(folder)


def judge(damage: Damage, checked: Ended, trained: Ended | None, usual: str) -> Outcome:
    """Say what the checker and the training did.

    Args:
        damage: What was wrong.
        checked: How the checker ended.
        trained: How the training ended, if it was tried.
        usual: What the checker says of the true data set.
    """
    place = Path(damage.place)
    names = damage.names or (place.name, place.stem)
    said, words = _judge_checker(checked, names, usual)
    did, error = _judge_training(trained, names) if trained else ('', '')
    seconds = checked.seconds + (trained.seconds if trained else 0)
    return Outcome(damage.layout, damage.kind, damage.name, damage.place, said, did, words, error, round(seconds, 2))


def _judge_checker(ended: Ended, names: tuple[str, ...], usual: str) -> tuple[str, str]:
    known = set(usual.splitlines())
    lines = [line for line in ended.printed.splitlines() if line not in known]
    end = _bad_end(ended)
    if end or 'Traceback (most recent call last)' in ended.printed:
        return end or 'traceback', '\n'.join(lines[-2:])
    remarks, _, problems = ended.printed.partition('\nRemarks\n')[2].partition('Problems\n')
    if ended.status:
        told = (problems or ended.printed.partition('Problems\n')[2] or ended.printed).splitlines()
        new = [line for line in told if line in lines and 'found.' not in line]
        return ('named' if _names(new, names) else 'without the file'), '\n'.join(new)
    new = [line for line in remarks.splitlines() if line.startswith('  ') and line in lines]
    return ('remark' if _names(new, names) else 'passed'), '\n'.join(new)


def _judge_training(ended: Ended, names: tuple[str, ...]) -> tuple[str, str]:
    end = _bad_end(ended)
    if end:
        return end, f'status {ended.status}'
    if not ended.status:
        return 'trained', ''
    error = re.split(r'\n(?=[A-Za-z_.]*(?:Error|Exception|Warning|Interrupt)\b)', ended.printed)[-1].strip()
    return ('named' if _names(error.splitlines(), names) else "host's words"), error


def _bad_end(ended: Ended) -> str:
    return 'hung' if ended.hung else 'crashed' if ended.status < 0 else ''


def _names(lines: Iterable[str], names: tuple[str, ...]) -> bool:
    pattern = re.compile('|'.join(rf'(?<![\w]){re.escape(name)}(?!\w)' for name in names))
    return any(pattern.search(line) for line in lines)


def _check(folder: Path, repo: Path, before: Callable[[], None]) -> Ended:
    return run_isolated(
        partial(_run_tool, repo, before, 'verify_dataset.py', '--config', 'config.py'), folder, CHECK_SECONDS
    )


def _train(folder: Path, repo: Path, before: Callable[[], None]) -> Ended:
    return run_isolated(partial(_run_tool, repo, before, 'train.py', 'config.py'), folder, TRAIN_SECONDS)


def _run_tool(repo: Path, before: Callable[[], None], name: str, *arguments: str) -> None:
    before()
    sys.argv = [name, *arguments]
    runpy.run_path(str(repo / 'tools' / name), run_name='__main__')


def _import_hosts() -> None:
    """Import once, before processes are copied, what each of them would need seconds for."""
    import cv2
    import torch

    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    for name in (
        *('mmpretrain', 'mmseg', 'mmdet', 'mmvpt.registry', 'mmvpt.engine', 'mmvpt.engine.launch'),
        *(f'{host}.{part}' for host in ('mmpretrain', 'mmseg', 'mmdet') for part in ('models', 'datasets')),
        *(f'{host}.{part}' for host in ('mmpretrain', 'mmseg', 'mmdet') for part in ('evaluation', 'visualization')),
        *('mmvpt.models', 'mmvpt.tuners', 'mmvpt.datasets.verify', 'rich.progress', 'pycocotools.mask'),
    ):
        import_module(name)
    _skip_what_is_slow()


def _skip_what_is_slow() -> None:
    """Leave out what takes MMEngine longer than a tiny training: laying out configs, and waiting for workers."""
    import_module('yapf.yapflib.yapf_api').FormatCode = lambda code, **options: (code, True)
    import_module('mmengine.dataset.base_dataset').gc = SimpleNamespace(collect=lambda: 0)
    import_module('mmengine.runner.loops').time = SimpleNamespace(sleep=lambda seconds: None)


def _delete(folder: Path) -> None:
    """Delete a folder whatever its permissions."""
    for path in folder.rglob('*'):
        if path.is_dir() and not path.is_symlink() and not path.stat().st_mode & stat.S_IRWXU:
            path.chmod(0o700)
    shutil.rmtree(folder)


# -------------------------------------------------------------------------------------------------------------- table


def make_table(outcomes: list[Outcome]) -> str:
    """Count outcomes, a row for each layout and kind."""
    rows = [['layout', 'kind', 'tried', *(f'check: {said}' for said in SAID), *(f'train: {did}' for did in DID)]]
    groups = Counter((one.must_pass, one.layout, one.kind) for one in outcomes)
    order = {name: index for index, name in enumerate(DATA_SETS)}
    for _, layout, kind in sorted(groups, key=lambda key: (key[0], order[key[1]], key[2])):
        group = [one for one in outcomes if (one.layout, one.kind) == (layout, kind)]
        rows.append([layout, kind, *_counts(group)])
    rows.append(['all', 'damage', *_counts([one for one in outcomes if not one.must_pass])])
    rows.append(['all', 'may not be refused', *_counts([one for one in outcomes if one.must_pass])])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [f'| {" | ".join(map(str.ljust, row, widths))} |' for row in rows]
    lines.insert(1, '|' + '|'.join('-' * (width + 2) for width in widths) + '|')
    return '\n'.join(lines)


def _counts(group: list[Outcome]) -> list[str]:
    said, did = Counter(one.said for one in group), Counter(one.did for one in group)
    return [str(len(group)), *(str(said[name]) for name in SAID), *(str(did[name]) for name in DID)]


def summary(outcomes: list[Outcome]) -> str:
    """The goals, each with its figure."""
    damaged = [one for one in outcomes if not one.must_pass]
    named = sum(one.said == 'named' for one in damaged)
    ends = sum(one.said in BAD_ENDS or one.did in BAD_ENDS for one in outcomes)
    both = sum(one.said in ('passed', 'remark') and one.did == 'trained' for one in damaged)
    fine = [one for one in outcomes if one.must_pass]
    refused = sum(one.said not in ('passed', 'remark') or one.did not in ('trained', '') for one in fine)
    unsaid = sum(one.kind == 'odd' and one.said != 'remark' for one in outcomes)
    return '\n'.join(
        [
            f'{named} of {len(damaged)} damages named by file in the checker ({named / max(1, len(damaged)):.1%})',
            f'{ends} times the checker or a training hung or crashed, or the checker ended with a traceback',
            f'{both} damages passed both',
            f'{refused} of {len(fine)} data sets refused that should not be',
            f'{unsaid} of {sum(one.kind == "odd" for one in outcomes)} odd pictures without a remark',
        ]
    )


def as_records(outcomes: list[Outcome]) -> list[dict[str, object]]:
    """Outcomes for a JSON file."""
    return [asdict(one) for one in outcomes]

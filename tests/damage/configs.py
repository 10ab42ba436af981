"""Wrong configs made of right ones, tried one by one: which are stopped, when, and in whose words.

``tools/try_configs.py`` prints the table. Cases are drawn by a seed from all showcases and some rows, shrunk to
trainings of seconds. The command line of a checkout trains each in a process of its own (:mod:`.config_worker`).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from .config_kinds import FINDERS, Damage, Finder
from .shrunk import Tree, base_names, change, read_tree, shrink, write_config

WORKER = Path(__file__).with_name('config_worker.py')
#: A hook of all our configs that older checkouts lack.
LATER_HOOK = 'mmvpt/engine/hooks/finite_loss.py'
#: How a trial may end, from good to bad.
RIGHT_ENDS = ('accepted', 'refused')
WRONG_ENDS = (
    'stopped before, key and remedy',
    'stopped before, ours but lacking',
    "stopped before, others' words",
    'stopped after the first iteration, ours',
    "stopped after the first iteration, others' words",
    'to the end, and said so',
    'to the end in silence',
    'hung',
    'died',
)
REMEDY = re.compile(
    r'\b(Possible|There (are|is)|Try|Take|Set|Give|Put|Add|Leave|Remove|Rename|Use|Choose|Correct|Known|Let|List)\b'
)
ERROR, ITERATION = '#error ', '#iteration '


@dataclass(frozen=True)
class Case:
    """A config that is tried.

    Args:
        number: Of the case among those of its seed.
        base: The config that it was made of.
        damage: What is other than there.
    """

    number: int
    base: str
    damage: Damage

    def __str__(self) -> str:
        return f'{self.number} {self.base}: {self.damage}'


@dataclass(frozen=True)
class Ended:
    """How a trial ended: one of ``RIGHT_ENDS`` or ``WRONG_ENDS``, and the words that it ended with."""

    case: Case
    end: str
    said: str


def make_bases(folder: Path) -> dict[str, Tree]:
    """Shrink every config that cases are made of, once for a folder."""
    for name in base_names():
        if not (folder / name / 'config.py').is_file():
            write_config(shrink(name, folder / name), folder / name / 'config.py')
    return {name: read_tree(folder / name / 'config.py') for name in base_names()}


def make_cases(bases: Mapping[str, Tree], count: int, seed: int) -> list[Case]:
    """Draw cases of all kinds, each kind from all configs in turn."""
    draw = Random(seed)
    drawn = [pair for finder, share in FINDERS.items() for pair in _of_kind(finder, bases, round(count * share), draw)]
    return [Case(number, base, damage) for number, (base, damage) in enumerate(drawn)]


def _of_kind(finder: Finder, bases: Mapping[str, Tree], count: int, draw: Random) -> Iterator[tuple[str, Damage]]:
    """Draw damages of one finder, without repetition, from each config as often as from any other."""
    found = {name: list(finder(tree, draw)) for name, tree in bases.items()}
    for damages in found.values():
        draw.shuffle(damages)
    seen: set[str] = set()
    while count and any(found.values()):
        for name in draw.sample(sorted(found), len(found)):
            fresh = (found[name].pop() for _ in range(len(found[name])))
            damage = next((damage for damage in fresh if f'{name}{damage}' not in seen), None)
            if damage and count:
                seen.add(f'{name}{damage}')
                count -= 1
                yield name, damage


def run(cases: Iterable[Case], bases: Mapping[str, Tree], folder: Path, repo: Path) -> list[Ended]:
    """Train every case with the command line of a checkout.

    Args:
        cases: What to try.
        bases: The configs that they were made of.
        folder: For configs, logs and checkpoints.
        repo: The checkout.
    """
    cases = list(cases)
    if not (repo / LATER_HOOK).is_file():
        bases = {name: change(tree, {}, drop=['default_hooks.finite_loss']) for name, tree in bases.items()}
    folder.mkdir(parents=True)
    jobs = {str(case.number): _job(case, bases[case.base], folder) for case in cases}
    starts = {case.base for case in cases if case.damage.resumes}
    first = {name: _start(name, bases[name], folder) for name in sorted(starts)}
    _work(first, folder / 'first', repo)
    ends = _work(jobs, folder / 'all', repo)
    return [judge(case, ends[str(case.number)]) for case in cases]


def _start(name: str, tree: Tree, folder: Path) -> dict[str, object]:
    """Train a config as it is, so that others can resume from its first checkpoint."""
    path = folder / f'{name}.py'
    write_config(change(tree, {'default_hooks.checkpoint.max_keep_ckpts': -1}), path)
    return dict(arguments=[str(path), '--work-dir', str(folder / name)], log=str(folder / f'{name}.log'))


def _job(case: Case, tree: Tree, folder: Path) -> dict[str, object]:
    path = folder / f'case{case.number}.py'
    damage = case.damage
    write_config(change(tree, damage.put, damage.drop), path)
    work_dir = folder / f'case{case.number}'
    arguments = [str(path)] if 'work_dir' in damage.put else [str(path), '--work-dir', str(work_dir)]
    if damage.resumes:
        unit = 'epoch' if 'max_epochs' in tree['train_cfg'] else 'iter'  # type: ignore[operator]
        arguments += ['--resume', str(folder / case.base / f'{unit}_1.pth')]
    if damage.options:
        arguments += ['--cfg-options', *(f'{key}={value}' for key, value in damage.options.items())]
    return dict(arguments=arguments, log=str(folder / f'case{case.number}.log'))


def _work(jobs: Mapping[str, dict], place: Path, repo: Path) -> dict[str, dict]:
    """Let the worker run jobs; return how each ended."""
    given, results = place.with_suffix('.jobs'), place.with_suffix('.results')
    given.write_text(''.join(json.dumps(dict(job, id=name)) + '\n' for name, job in jobs.items()))
    environment = {**os.environ, 'PYTHONPATH': str(repo), 'OMP_NUM_THREADS': '1', 'LOCAL_RANK': '0'}
    command = [sys.executable, str(WORKER), str(given), str(results)]
    subprocess.run(command, env=environment, cwd=place.parent, check=True)
    return {end['id']: end for end in map(json.loads, results.read_text().splitlines())}


def judge(case: Case, end: dict) -> Ended:
    """Say which of the ends a trial had."""
    lines = Path(end['log']).read_text(errors='replace').splitlines()
    errors = [json.loads(line.removeprefix(ERROR)) for line in lines if line.startswith(ERROR)]
    error = errors[-1] if errors else None
    said = f'{error["type"]}: {error["message"]}' if error else '\n'.join(lines[-3:])
    if case.damage.right:
        return Ended(case, RIGHT_ENDS[end['status'] != 0], '' if end['status'] == 0 else said)
    if end['status'] is None:
        return Ended(case, 'hung', said)
    if end['status'] == 0:
        warned = [line for line in lines if names(case, line) and re.search('WARNING|Remark', line)]
        return Ended(case, 'to the end, and said so' if warned else 'to the end in silence', '\n'.join(warned))
    if end['status'] < 0 or (error is None and end['status'] != 2):
        return Ended(case, 'died', said)
    late = any(line.startswith(ITERATION) for line in lines)
    ours = error is None or error['ours']
    if late:
        return Ended(case, WRONG_ENDS[3 if ours else 4], said)
    complete = names(case, said) and REMEDY.search(said)
    return Ended(case, WRONG_ENDS[2 if not ours else 0 if complete else 1], said)


def names(case: Case, text: str) -> bool:
    """Whether a text names what is wrong."""
    *_, last = [part for part in case.damage.key.split('.') if not part.isdigit()]
    return any(re.search(rf'\b{re.escape(name)}\b', text) for name in (last, *case.damage.names))


def table(ended: Iterable[Ended]) -> str:
    """Kind, tried and how it ended, as a table of Markdown."""
    ended = list(ended)
    counts = Counter((one.case.damage.kind, one.end) for one in ended)
    kinds = list(dict.fromkeys(one.case.damage.kind for one in ended))
    parts = []
    for title, ends in (('wrong', WRONG_ENDS), ('right', RIGHT_ENDS)):
        chosen = [kind for kind in kinds if kind.startswith('right') == (title == 'right')]
        rows = [[kind, *(counts[kind, end] for end in ends)] for kind in chosen]
        rows.append([f'all {title}', *(sum(counts[kind, end] for kind in chosen) for end in ends)])
        head = [title, 'tried', *ends]
        lines = [head, ['---', *['--:'] * (len(head) - 1)], *([row[0], sum(row[1:]), *row[1:]] for row in rows)]
        parts.append('\n'.join('| ' + ' | '.join(map(str, line)) + ' |' for line in lines))
    return '\n\n'.join(parts)

"""A seeded generator of kills: runs of three tasks, the moments they are killed at, and a table of what came of it."""

from __future__ import annotations

import io
import random
import signal
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path

from mmengine.config import Config

from tests.data_makers import make_coco
from tests.engine.dense import protuned_detector
from tests.engine.tiny import cls_config, seg_config

from .child import PACE, STARTING, TRAINING, WRITING, Command, Moment, Victim, say_last
from .judge import damaged, differences, resume_files

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
OPTIONS = ('plain', 'EMA', 'best', 'EMA+best')
#: A run is killed so often before it may end.
CHAIN = 4
FCOS = 'fcos/fcos_r50-caffe_fpn_gn-head_1x_coco.py'
GROUPS = {'model.bbox_head.norm_cfg': dict(type='GN', num_groups=4)}  # for a head as narrow as this
FINE = 'the same end'


@dataclass(frozen=True)
class Task:
    """What a run trains: the iterations it has, what it selects by."""

    iterations: int
    metric: str


TASKS = {'cls': Task(18, 'accuracy/top1'), 'seg': Task(20, 'mIoU'), 'det': Task(10, 'coco/bbox_mAP')}


@dataclass(frozen=True)
class Outcome:
    """A line of the table."""

    task: str
    signal: str
    options: str
    moment: str
    outcome: str

    def __str__(self) -> str:
        """The line."""
        return f'{self.task:<11}{self.signal:<9}{self.options:<13}{self.moment:<48}{self.outcome}'


def make_config(task: str, options: str, root: Path) -> Path:
    """Write the config of a run that saves often and keeps one resume file; its data are in ``root``."""
    with redirect_stdout(io.StringIO()):
        config = _MAKERS[task](root)
    changes: dict[str, object] = {'default_hooks.checkpoint.max_keep_ckpts': 1}
    if 'best' in options:
        changes['default_hooks.checkpoint.save_best'] = TASKS[task].metric
    if 'EMA' in options:
        changes['custom_hooks'] = [dict(type='EMAHook', momentum=0.1)]
    config.merge_from_dict(changes)
    config.pop('work_dir', None)
    path = root / f'{task}_{options.replace("+", "_")}.py'
    config.dump(path)
    return path


def _cls(root: Path) -> Config:
    return cls_config(root, **{'train_cfg.max_epochs': 6, 'train_cfg.val_interval': 1})


def _seg(root: Path) -> Config:
    changes = {'default_hooks.checkpoint.interval': 2, 'train_cfg.max_iters': 20, 'train_cfg.val_interval': 4}
    return seg_config(root, **changes)


def _det(root: Path) -> Config:
    if not (root / 'annotations').exists():
        make_coco(root, num_images=4, num_classes=3)
    changes = {'train_cfg.max_epochs': 5, 'train_cfg.val_interval': 1}
    return protuned_detector(root, FCOS, **changes, **{'default_hooks.checkpoint.interval': 1}, **GROUPS)


_MAKERS = {'cls': _cls, 'seg': _seg, 'det': _det}


def training(config: Path, folder: Path) -> Command:
    """The command that trains, and that goes on where it was killed."""
    return Command(('train', str(config), '--work-dir', str(folder), '--resume'), folder)


def moments(task: str, number: int, rng: random.Random) -> Iterator[Moment]:
    """Draw moments; every other one is in a write on a slow disk."""
    for index in range(number):
        writing = index % 2 == 0
        iteration = rng.randint(0, TASKS[task].iterations - 3)
        early = not writing and rng.random() < 0.1
        yield Moment(
            0 if early else iteration,
            WRITING if writing else STARTING if early else TRAINING,
            rng.uniform(0, 0.25 if writing else 2 * PACE),
            SIGNALS[index % 3],
        )


def try_task(task: str, number: int, root: Path, seed: int) -> Iterator[Outcome]:
    """Kill runs of a task at as many moments, in chains that are resumed to the end."""
    rng = random.Random(f'{seed} {task}')
    root.mkdir(parents=True, exist_ok=True)
    drawn = list(moments(task, number, rng))
    wholes: dict[str, Path] = {}
    for place in range(0, number, CHAIN):
        options = OPTIONS[place // CHAIN % len(OPTIONS)]
        config = make_config(task, options, root)
        if options not in wholes:
            wholes[options] = root / f'whole_{options}'
            finish_command(training(config, wholes[options]))
        chain = sorted(drawn[place : place + CHAIN], key=lambda moment: moment.iteration)
        folder = root / f'killed_{place}'
        yield from _try_chain(task, options, training(config, folder), chain, wholes[options])


def _try_chain(task: str, options: str, command: Command, chain: Sequence[Moment], whole: Path) -> Iterator[Outcome]:
    """Kill a run at some moments, resume it to the end, and say what is wrong after each."""
    lines: list[tuple[Moment, str, list[str]]] = []
    for moment in chain:
        before = resume_files(command.folder)
        where = Victim(command.on(pause=0.02 if moment.phase == WRITING else None)).kill(moment)
        wrong = damaged(command.folder)
        if before and not resume_files(command.folder):
            wrong.append('no resume file is left')
        lines.append((moment, where or 'ended before', wrong))
    code = Victim(command).wait()
    end = differences(whole, command.folder) if code == 0 else [f'resuming failed: {say_last(command, 1)}']
    for moment, where, wrong in lines:
        outcome = '; '.join(wrong + end) or FINE
        yield Outcome(task, moment.signal.name, options, where, outcome)


def finish_command(command: Command) -> None:
    """Run a command that must succeed."""
    if code := Victim(command).wait():
        raise RuntimeError(f'{command.arguments} ended with {code}: {say_last(command, 10)}')


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, str]]:
    """The table for a file."""
    return [asdict(outcome) for outcome in outcomes]

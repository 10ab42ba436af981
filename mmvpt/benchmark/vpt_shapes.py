"""Ways to tune a small ViT, Swin and CNN side by side: small tasks of Shapes, from bases trained on an easier one."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import mean, stdev
from typing import Any
from uuid import uuid4

from mmvpt.analysis.count import count_model
from mmvpt.config.open import open_config
from mmvpt.datasets.shapes import EXPORTERS, make_shapes
from mmvpt.engine import launch
from mmvpt.runs.pool import make_pool, run_all
from mmvpt.runs.run import data_options, last_checkpoint, pretrain
from mmvpt.runs.steps import CONSOLE, Stamp, Step, StepFailed, key_of, last_words
from mmvpt.text.tables import format_table

TASKS = ('misty', 'count', 'position', 'orientation')
RESULT = 'result.json'


@dataclass(frozen=True)
class Method:
    """What trains.

    Args:
        tuner: Name of a fragment in ``_base_/tuners``.
        options: What replaces some of its options.
        head: Name of a fragment in ``_base_/heads``, in place of a linear head.
    """

    tuner: str
    options: Mapping[str, Any] = field(default_factory=dict)
    head: str | None = None


#: A network beside the frozen one; AlexNet would cost more than all of the backbones here.
SIDE = dict(type='mmpretrain.ResNet', depth=18, stem_channels=8, base_channels=8, out_indices=(3,), norm_eval=False)
FIRST = {'full': Method('full'), 'linear': Method('linear')}
SECOND = {
    'MLP-3': Method('linear', head='mlp3'),
    'sidetune': Method('sidetune', dict(network=SIDE)),
    'bias': Method('bias'),
}
TRANSFORMER = {
    **FIRST,
    'partial-1': Method('partial1_vpt'),
    **SECOND,
    'adapter': Method('adapter', dict(reduction=8)),
    'VPT-shallow': Method('vpt_shallow', dict(num_tokens=10)),
    'VPT-deep': Method('vpt', dict(num_tokens=10)),
    'LoRA': Method('lora', dict(rank=8)),
}
CNN = {
    **FIRST,
    'partial-1': Method('partial1_resnet'),
    **SECOND,
    'VPT-pad': Method('pad', dict(padding=5, img_size=64)),
}
METHODS = tuple(dict.fromkeys([*TRANSFORMER, *CNN]))


@dataclass(frozen=True)
class Family:
    """A backbone and what can be done with it.

    Args:
        title: What it is called in tables.
        stem: What the names of its configs begin with.
        methods: By the name of the row.
        rates: Learning rate of each.
    """

    title: str
    stem: str
    methods: Mapping[str, Method]
    rates: Mapping[str, float]


#: Learning rates, chosen on other pictures than those of the table (docs/results/learning.md has the command).
RATES = {
    'vit': {
        'full': 0.003,
        'linear': 0.1,
        'partial-1': 0.01,
        'MLP-3': 0.01,
        'sidetune': 0.03,
        'bias': 0.03,
        'adapter': 0.03,
        'VPT-shallow': 0.03,
        'VPT-deep': 0.03,
        'LoRA': 0.01,
    },
    'swin': {
        'full': 0.003,
        'linear': 0.1,
        'partial-1': 0.003,
        'MLP-3': 0.01,
        'sidetune': 0.03,
        'bias': 0.01,
        'adapter': 0.01,
        'VPT-shallow': 0.1,
        'VPT-deep': 0.03,
        'LoRA': 0.01,
    },
    'cnn': {
        'full': 0.03,
        'linear': 0.1,
        'partial-1': 0.03,
        'MLP-3': 0.003,
        'sidetune': 0.03,
        'bias': 0.03,
        'VPT-pad': 0.1,
    },
}
FAMILIES = {
    'vit': Family('ViT', 'vit_narrow', TRANSFORMER, RATES['vit']),
    'swin': Family('Swin', 'swin', TRANSFORMER, RATES['swin']),
    'cnn': Family('CNN', 'resnet', CNN, RATES['cnn']),
}


@dataclass(frozen=True)
class Trial:
    """A method on a backbone, for a task, at a learning rate."""

    backbone: str
    method: str
    task: str
    rate: float

    @property
    def name(self) -> str:
        return f'{self.backbone}_{self.method}_{self.task}_lr{self.rate}'

    def write_config(self, checkpoint: Path, data: Path, seed: int) -> str:
        """Compose the config out of fragments; ``tools/train.py`` trains it as this comparison does."""
        family = FAMILIES[self.backbone]
        method = family.methods[self.method]
        fragments = [f'models/{family.stem}_shapes', f'tuners/{method.tuner}']
        fragments += [f'heads/{method.head}'] if method.head else []
        head = '_base_.head, ' if method.head else ''
        classes = len(EXPORTERS[self.task].classes)
        tuner = ''.join(f', {key}={value!r}' for key, value in method.options.items())
        loaders = [
            f'{split}_dataloader = dict(dataset=dict(data_root={str(data)!r}))' for split in ('train', 'val', 'test')
        ]
        lines = [
            f'"""{self.method} of a small {family.title} on Shapes, {self.task}."""',
            '',
            '_base_ = [',
            *(f"    'mmvpt::_base_/{fragment}.py'," for fragment in fragments),
            ']',
            'model = dict(',
            f'    backbone=dict(init_cfg=dict(checkpoint={str(checkpoint)!r}), tuner=dict(_base_.tuner{tuner})),',
            f'    head=dict({head}num_classes={classes}),',
            ')',
            f'data_preprocessor = dict(num_classes={classes})',
            *loaders,
            f'optim_wrapper = dict(optimizer=dict(lr={self.rate}))',
            f'randomness = dict(seed={seed})',
        ]
        return '\n'.join(lines) + '\n'


@dataclass(frozen=True)
class Result:
    """What one training came to."""

    accuracy: float
    trained: int
    total: int
    seconds: float


def compare_methods(
    work_dir: Path,
    data_root: Path,
    seeds: Sequence[int] = (0,),
    *,
    backbones: Sequence[str] = tuple(FAMILIES),
    tasks: Sequence[str] = TASKS,
    methods: Sequence[str] = METHODS,
    rates: Sequence[float] = (),
    data_seed: int = 0,
    jobs: int = 1,
    splits: Mapping[str, int] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> str:
    """Pretrain each backbone once, train every method on every task, leave ``results.md``, and return the tables.

    Args:
        work_dir: Folder of everything but the data.
        data_root: Folder of Shapes; the small tasks have one for each seed of pictures in it.
        seeds: One training of every method on every task for each.
        backbones: Names out of ``FAMILIES``.
        tasks: Names out of ``TASKS``.
        methods: Names out of ``METHODS``; a backbone is left without those that do not serve it.
        rates: Learning rates to compare for each method, in place of the chosen one.
        data_seed: Another seed draws other pictures of the tasks, for choosing rates without a look at those of the
            result. The bases are the same.
        jobs: Trainings at a time.
        splits: Pictures of each split of Shapes, in place of its own numbers.
        overrides: More ``--cfg-options`` for all trainings, those of the bases too.
    """
    print(f'== Shapes in {data_root}', flush=True)
    make_shapes(data_root, ['classification'], workers=2, splits=splits)
    pictures = data_root / f'seed{data_seed}'
    make_shapes(pictures, tasks, seed=data_seed, workers=2, splits=splits)
    overrides = overrides or {}
    bases = pretrain_all(work_dir, data_root, backbones, jobs, overrides)
    trials = plan(backbones, tasks, methods, rates)
    print(f'\n== {len(trials)} trainings for each of {len(seeds)} seeds', flush=True)
    run = partial(run_trial, work_dir / f'pictures{data_seed}', pictures, bases, overrides)
    results = run_all(make_pool(jobs), run, trials, seeds)
    tables = '\n\n'.join(tabulate(name, trials, seeds, results) for name in backbones)
    (work_dir / 'results.md').write_text(tables + '\n')
    return tables


def plan(backbones: Sequence[str], tasks: Sequence[str], methods: Sequence[str], rates: Sequence[float]) -> list[Trial]:
    """All that is to be trained with each seed."""
    trials = [
        Trial(name, method, task, rate)
        for name in backbones
        for task in tasks
        for method in FAMILIES[name].methods
        if method in methods
        for rate in rates or [FAMILIES[name].rates[method]]
    ]
    lonely = [name for name in backbones if not any(trial.backbone == name for trial in trials)]
    if lonely:
        raise ValueError(
            f'None of {", ".join(methods)} serves {lonely[0]}. Its methods: {", ".join(FAMILIES[lonely[0]].methods)}.'
        )
    return trials


def pretrain_all(
    work_dir: Path, data_root: Path, backbones: Sequence[str], jobs: int, overrides: Mapping[str, Any]
) -> dict[str, Step]:
    """Train the base of each backbone."""
    options = [*data_options(data_root / 'classification'), *(f'{key}={value}' for key, value in overrides.items())]

    def run(name: str) -> Step:
        family = FAMILIES[name]
        config, folder = f'{family.stem}_scratch_shapes.py', work_dir / 'pretraining' / name
        return pretrain(f'Pretraining a small {family.title}', config, folder, 0, options, quiet=jobs > 1)

    with ThreadPoolExecutor(jobs) as pool:
        return dict(zip(backbones, pool.map(run, backbones), strict=True))


def run_trial(
    work_dir: Path, pictures: Path, bases: Mapping[str, Step], overrides: Mapping[str, Any], trial: Trial, seed: int
) -> Result:
    """Train and evaluate once, unless the result is there."""
    base = bases[trial.backbone]
    text = trial.write_config(last_checkpoint(base.folder), pictures / trial.task, seed)
    path = work_dir / f'seed{seed}' / f'{trial.name}.py'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    content = json.dumps(open_config(path).to_dict(), default=str)
    folder = path.with_suffix('')
    stamp = Stamp(folder, key_of(content, dict(overrides), base.key))
    if not stamp.is_done():
        stamp.begin()
        result = train(path, folder, overrides)
        (folder / RESULT).write_text(json.dumps(asdict(result)))
        stamp.finish()
        print(f'   seed {seed}, {trial.name}: {result.accuracy:.1f} in {result.seconds:.0f} s', flush=True)
    return Result(**json.loads((folder / RESULT).read_text()))


def train(config: Path, folder: Path, overrides: Mapping[str, Any]) -> Result:
    """Train what a config describes, and keep what that says in a file."""
    start = time.perf_counter()
    console = folder / CONSOLE
    unique = {key: uuid4().hex for key in ('experiment_name', 'visualizer.name')}
    with open(console, 'w') as file, redirect_stdout(file), redirect_stderr(file):
        try:
            runner = launch.train(str(config), work_dir=str(folder), cfg_options={**overrides, **unique})
        except Exception as error:
            traceback.print_exc()
            file.flush()
            raise StepFailed(f'Training {config} failed. {last_words(console)}') from error
    count = count_model(runner.model)
    accuracy = runner.message_hub.get_scalar('val/accuracy/top1').current()
    return Result(float(accuracy), count.trained, count.total, time.perf_counter() - start)


def tabulate(
    backbone: str,
    trials: Sequence[Trial],
    seeds: Sequence[int],
    results: Mapping[tuple[Trial, int], Result],
) -> str:
    """Lay out what one backbone came to."""
    rows: dict[tuple[str, float], list[Trial]] = {}
    for trial in trials:
        if trial.backbone == backbone:
            rows.setdefault((trial.method, trial.rate), []).append(trial)
    table = format_table([row_of(of_row, seeds, results) for of_row in rows.values()])
    return f'{FAMILIES[backbone].title}\n\n{table}'


def row_of(
    trials: Sequence[Trial], seeds: Sequence[int], results: Mapping[tuple[Trial, int], Result]
) -> dict[str, object]:
    """One method at one rate: accuracy on each task, and their mean, over the seeds."""
    found = {trial.task: [results[trial, seed].accuracy for seed in seeds] for trial in trials}
    shares = [100 * results[trial, seed].trained / results[trial, seed].total for trial in trials for seed in seeds]
    row: dict[str, object] = {
        'method': trials[0].method,
        'learning rate': str(trials[0].rate),
        '% trained': mean(shares),
    }
    row |= {task: spell(values) for task, values in found.items()}
    return row | {'mean': spell([mean(values) for values in zip(*found.values(), strict=True)])}


def spell(values: Sequence[float]) -> str:
    """The mean, and for several seeds how far they lie apart."""
    spread = f' ± {stdev(values):.1f}' if len(values) > 1 else ''
    return f'{mean(values):.1f}{spread}'

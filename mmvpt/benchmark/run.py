"""Any protocol from data to a report: each piece is done once, and the first error ends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic

from mmvpt.config import Recipe
from mmvpt.config.compose import compose_text
from mmvpt.config.tables import Row
from mmvpt.runs.commands import Overrides, training_step
from mmvpt.runs.last import last_checkpoint
from mmvpt.runs.pool import run_all
from mmvpt.runs.steps import Step

from .protocol import Options, Outcome, Protocol, data_roots
from .report import tabulate
from .train import SEED
from .trial import Job, Trial

RESULTS = 'results.md'
WEIGHTS = 'model.backbone.init_cfg.checkpoint'  # what a config starts from
PROTOCOLS = Path(__file__).with_name('protocols')


@dataclass(frozen=True)
class Report(Generic[Outcome]):
    """What a protocol came to: its tables, and the outcome of each trial and seed."""

    tables: str
    outcomes: Mapping[tuple[Trial, int], Outcome]


def run_protocol(protocol: Protocol[Outcome], options: Options) -> Report[Outcome]:
    """Prepare the data, pretrain each base, train every trial with every seed, and leave ``results.md``."""
    trials = protocol.trials()
    protocol.prepare(protocol, options)
    bench = Bench(protocol, options, pretrain_all(protocol, options))
    if protocol.selection is not None:
        trials = bench.select(trials)
    print(f'\n== {len(trials)} trials for each of {len(protocol.seeds)} seeds', flush=True)
    outcomes = bench.train_all(trials, protocol.seeds)
    tables = tabulate(protocol, trials, outcomes)
    (options.work_dir / RESULTS).write_text(tables + '\n')
    return Report(tables, outcomes)


def pretrain_all(protocol: Protocol[Outcome], options: Options) -> dict[str, Step]:
    """Pretrain the bases that a protocol pretrains, with seed 0."""

    def run(name: str) -> Step:
        base = protocol.bases[name]
        assert base.config is not None
        overrides = {SEED: 0, **data_roots(options.data_root / base.data), **options.base_overrides}
        step = training_step(f'Pretraining a {base.name}', base.config, options.work_dir / base.folder, overrides)
        step.run(quiet=options.jobs > 1 and len(names) > 1)
        return step

    names = [name for name, base in protocol.bases.items() if base.config is not None]
    with ThreadPoolExecutor(options.jobs) as pool:
        return dict(zip(names, pool.map(run, names), strict=True))


@dataclass(frozen=True)
class Bench(Generic[Outcome]):
    """A protocol whose data and bases are there.

    Args:
        protocol: What to run.
        options: Where and how.
        bases: What pretrained them, by name.
        more: Overrides of all trials besides those of the options.
        below: A folder for the trials, below that of the protocol.
    """

    protocol: Protocol[Outcome]
    options: Options
    bases: Mapping[str, Step]
    more: Overrides = field(default_factory=dict)
    below: str = ''

    def train_all(self, trials: Sequence[Trial], seeds: Sequence[int]) -> dict[tuple[Trial, int], Outcome]:
        """Train and evaluate, seed by seed, so that an early stop leaves whole comparisons."""
        jobs = {(trial, seed): self.job(trial, seed) for seed in seeds for trial in trials}
        return run_all(self.protocol.workers(self.options.jobs), self.protocol.train, jobs)

    def select(self, trials: Sequence[Trial]) -> list[Trial]:
        """Of the trials that differ in the setting alone keep the best, judged by one training with the first seed."""
        selection = self.protocol.selection
        assert selection is not None
        seed = self.protocol.seeds[0]
        found = replace(self, more=selection.overrides, below='selection').train_all(trials, [seed])
        best: dict[Trial, Trial] = {}
        for trial in trials:
            place = replace(trial, setting=())
            rival = best.setdefault(place, trial)
            if selection.score(found[trial, seed]) > selection.score(found[rival, seed]):
                best[place] = trial
        return list(best.values())

    def job(self, trial: Trial, seed: int) -> Job:
        """One training of a trial; where it has a recipe, its config is written next to its folder."""
        protocol, options = self.protocol, self.options
        folder = options.work_dir / protocol.results.format(data_seed=options.data_seed) / self.below
        job = Job(
            title=protocol.title_of(trial, seed),
            config='',
            folder=folder / f'seed{seed}' / protocol.name_of(trial),
            seed=seed,
            overrides=self._overrides(trial),
            after=tuple(self.bases[trial.base].key for _ in self._base_of(trial)),
            quiet=options.jobs > 1,
        )
        config = protocol.config_of(trial)
        return replace(job, config=config) if isinstance(config, str) else _write(job, config, protocol.name)

    def _overrides(self, trial: Trial) -> dict[str, object]:
        root = self.options.data_root / self.protocol.data.format(data_seed=self.options.data_seed)
        values: dict[str, object] = dict(self._base_of(trial))
        values |= self.protocol.tasks[trial.task].read_from(root)
        return {**values, **self.options.overrides, **self.more, **dict(trial.setting)}

    def _base_of(self, trial: Trial) -> Iterator[tuple[str, str]]:
        """Where the config of a trial names its base, and that base, unless it brings one."""
        if step := self.bases.get(trial.base):
            yield WEIGHTS, str(last_checkpoint(step.folder))


def _write(job: Job, recipe: Recipe, protocol: str) -> Job:
    """Write the config of a job, which is a row of the protocol's table; ``mmvpt train`` trains it as the job does."""
    recipe = replace(recipe, overrides={**recipe.overrides, SEED: job.seed, **job.overrides})
    path = job.folder.with_name(f'{job.folder.name}.py')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(compose_text(Row(job.folder.name, recipe, PROTOCOLS / f'{protocol}.py')))
    return replace(job, config=str(path.resolve()), overrides={})

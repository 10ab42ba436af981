"""Trials on Ray Tune: it finds a place for each, on this machine or a cluster, and starts again what was killed.

The folders of the trials are the truth. Nothing that Ray stores is read again: a sweep that is started a second time
looks into the folders, and gives Ray what is not done. Ray's statistics of use are off.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from mmvpt.env.versions import PIP, distribution_version
from mmvpt.text.once import say
from mmvpt.text.refused import Refused

from .attempt import Attempt
from .search import INSTALL, Search, folder_name
from .trials import SweepTrial

if TYPE_CHECKING:
    from .progress import Progress

TESTED_RAY = '2.60.0'
#: How often a trial is started again whose process was killed, with Ray's own.
MOST_RESTARTS = 5
#: Seconds to wait for the answer of an address.
PATIENCE = 5.0
#: Ray's own wishes, and ours: no statistics of use, no logs of its own beside those of the trainings.
OF_RAY = {
    'RAY_USAGE_STATS_ENABLED': '0',
    'RAY_AIR_NEW_OUTPUT': '0',
    'RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO': '0',
    'RAY_CHDIR_TO_TRIAL_DIR': '0',
    'RAY_DEDUP_LOGS': '0',
    'TUNE_DISABLE_AUTO_CALLBACK_LOGGERS': '1',
    'TUNE_DISABLE_SIGINT_HANDLER': '1',
    'TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S': '0',
}
VALUE, LENGTH, FINISHED = 'value', 'evaluations', 'finished'


@dataclass(frozen=True)
class Resources:
    """What one trial takes, and where.

    Args:
        cpus: Cores, which its process and loaders share.
        gpus: GPUs; a fraction lets several trials share one.
        address: Of a running cluster; None for this machine alone.
    """

    cpus: float = 1
    gpus: float = 0
    address: str | None = None


def require_ray() -> None:
    """Refuse an environment without Ray, and remark on a version that was not tested."""
    found = distribution_version('ray')
    if found is None or distribution_version('pyarrow') is None:
        raise Refused(f'A sweep runs on Ray Tune, and this environment has none. Install it: {INSTALL}.')
    if found.split('.')[:2] != TESTED_RAY.split('.')[:2]:
        say(
            f'Ray {found} was not tested; {TESTED_RAY} was. '
            f'If the sweep fails: {PIP} install "ray[tune]=={TESTED_RAY}".'
        )


def run_trials(
    trials: Sequence[SweepTrial], search: Search, resources: Resources, progress: Progress
) -> Mapping[str, BaseException]:
    """Run trials that are not done; return the errors of those that failed, by name.

    Args:
        trials: All that may be run.
        search: Which of them are, and which are stopped early.
        resources: What each takes.
        progress: Is told what is found.
    """
    by_name = search.named(trials)
    if not search.left(by_name):
        return {}
    search.require()
    with connected(resources.address), _scratch_folder(trials, resources.address) as scratch:
        return _tune(by_name, search, resources, progress, scratch)


def _tune(
    by_name: Mapping[str, SweepTrial], search: Search, resources: Resources, progress: Progress, scratch: Path
) -> Mapping[str, BaseException]:
    from ray import tune
    from ray.tune import Callback

    class Tell(Callback):
        """Passes on what Ray hears of the trials."""

        def on_trial_result(self, iteration: int, trials: list, trial: Any, result: dict, **info: object) -> None:
            ours = by_name[_name_of(trial.config)]
            if result.get('done') and not result[FINISHED]:
                ours.end('stopped', f'others were better after evaluation {result[LENGTH]}')
            progress.tell(ours)

        def on_trial_error(self, iteration: int, trials: list, trial: Any, **info: object) -> None:
            progress.tell(by_name[_name_of(trial.config)])

    _require_room(resources)
    space, algorithm, samples = search.for_ray(by_name)
    tuner = tune.Tuner(
        tune.with_resources(
            tune.with_parameters(_trainable(), trials=dict(by_name), folder=os.getcwd()),
            {'cpu': resources.cpus, 'gpu': resources.gpus},
        ),
        param_space=dict(space),
        tune_config=tune.TuneConfig(
            metric=VALUE,
            mode='max',
            search_alg=algorithm,
            scheduler=search.scheduler(LENGTH),
            num_samples=samples,
            reuse_actors=True,
        ),
        run_config=tune.RunConfig(
            name='sweep',
            storage_path=str(scratch),
            failure_config=tune.FailureConfig(max_failures=MOST_RESTARTS),
            checkpoint_config=tune.CheckpointConfig(checkpoint_frequency=0, checkpoint_at_end=False),
            callbacks=[Tell()],
            verbose=0,
        ),
    )
    found = tuner.fit()
    results = [found[place] for place in range(len(found))]
    return {_name_of(result.config or {}): result.error for result in results if result.error is not None}


def _require_room(resources: Resources) -> None:
    """Refuse trials that no machine has room for: Ray would wait for one."""
    import ray

    nodes = [node['Resources'] for node in ray.nodes() if node['Alive']]
    wanted = {'CPU': resources.cpus, 'GPU': resources.gpus}
    if any(all(node.get(name, 0) >= number for name, number in wanted.items()) for node in nodes):
        return
    most = {name: max((node.get(name, 0) for node in nodes), default=0) for name in wanted}
    raise Refused(
        f'A trial asks for {resources.cpus:g} CPUs and {resources.gpus:g} GPUs, and no machine has as many: at most '
        f'{most["CPU"]:g} and {most["GPU"]:g}. Lower --cpus-per-trial, --gpus-per-trial or --processes.'
    )


def _trainable() -> type:
    """The class whose instances Ray runs where it finds a place."""
    from ray import tune

    class TrialOnRay(tune.Trainable):
        """A trial in a process of Ray's; its training is a command, in a process of its own."""

        def setup(  # type: ignore[override]
            self, config: dict[str, Any], trials: Mapping[str, SweepTrial], folder: str
        ) -> None:
            os.chdir(folder)  # what configs say of their data starts there
            self.trials = trials
            self.attempt = Attempt(trials[_name_of(config)])

        def reset_config(self, new_config: dict[str, Any]) -> bool:
            self.attempt = Attempt(self.trials[_name_of(new_config)])
            return True

        def step(self) -> dict[str, Any]:
            length, value = self.attempt.next()
            ended = self.attempt.ended
            value = -inf if value is None or self.attempt.trial.state == 'diverged' else value
            return {VALUE: value, LENGTH: length, FINISHED: ended, 'done': ended}

        def cleanup(self) -> None:
            self.attempt.stop()

    return TrialOnRay


def _name_of(config: Mapping[str, Any]) -> str:
    """The name of the trial that Ray was given: by its name, or point by point."""
    return config['name'] if 'name' in config else folder_name(tuple(config.items()))


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Connect to a cluster, or make one of this machine that ends with this process, unless that was done outside."""
    os.environ.update(OF_RAY)
    require_ray()
    import ray

    if ray.is_initialized():
        yield
        return
    if address is not None:
        _require_answer(address)
    paths = {'PYTHONPATH': os.pathsep.join(path or os.getcwd() for path in sys.path)}
    # without an address Ray would join the cluster that anyone started last on this machine
    here: dict[str, Any] = dict(address='local', include_dashboard=False) if address is None else dict(address=address)
    try:
        ray.init(
            **here,
            runtime_env={'env_vars': {**paths, **OF_RAY}},
            logging_level=logging.ERROR,
            log_to_driver=False,
            configure_logging=True,
        )
    except ConnectionError as error:
        raise Refused(_no_answer(address or 'auto')) from error
    except (RuntimeError, ray.exceptions.RayError) as error:
        if address is None or 'oken' not in str(error):
            raise
        raise Refused(
            f'The cluster at {address} asks for a token. Make one with `ray get-auth-token --generate` before it is '
            'started, and have the same ~/.ray/auth_token on each machine and RAY_AUTH_MODE=token in each environment.'
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _require_answer(address: str) -> None:
    """Refuse an address where nobody listens, after seconds, and not after Ray's minutes."""
    if address == 'auto':
        return
    host, _, port = address.rpartition(':')
    if not host or not port.isdecimal():
        raise Refused(f'--address is {address!r}. Give HOST:PORT as `ray start --head` prints it, or auto.')
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()
    except OSError as error:
        raise Refused(f'{_no_answer(address)} ({error})') from error


def _no_answer(address: str) -> str:
    return (
        f'No cluster answers at {address}. Start one with `ray start --head --port=6379`, add nodes with '
        '`ray start --address=HOST:6379`, or leave --address out to use this machine.'
    )


@contextmanager
def _scratch_folder(trials: Sequence[SweepTrial], address: str | None) -> Iterator[Path]:
    """A folder for what Ray writes and nobody reads: of a cluster, next to the trials, as all nodes see it."""
    near = trials[0].training.folder.parent if address is not None else None
    if near is not None:
        near.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix='ray_', dir=near))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""A run that does not depend on when it was interrupted, nor on how many workers and processes it has."""

from __future__ import annotations

from typing import Any

from mmengine.dist import get_rank
from mmengine.hooks import CheckpointHook, Hook
from mmengine.runner import Runner

from mmvpt.datasets.fetch import STEP, DrawStream, fetch_of, seed_everything
from mmvpt.registry import HOOKS

from .unfinished import Unfinished


@HOOKS.register_module()
class SeededRunHook(Hook):
    """Draw all random numbers of a run from its seed and the place where they are needed, never from history.

    The transforms of a sample are seeded from the run's seed and the sample's place in the stream of draws,
    a training step from the seed, the iteration and the rank. The seed and the iteration are therefore the
    whole state of the random number generators; a resume file records them under ``rng``. A resumed run equals
    an uninterrupted one to the last bit on a CPU, on a GPU as far as its kernels are deterministic
    (``randomness=dict(deterministic=True)``). Samples do not depend on the number of workers or processes.
    Dropout masks differ from rank to rank. A validation that was due at the iteration of a resume file, and that a
    killed run had not come to, is made up for before the next iteration.

    Leave ``diff_rank_seed`` of MMEngine off: ranks are told apart already.
    """

    def before_run(self, runner: Runner) -> None:
        """Remember the seed that the sampler was built with."""
        self._seed_at_start = runner.seed
        self._unfinished = Unfinished()

    def before_train(self, runner: Runner) -> None:
        """Give every index of the sampler its place and every sample its seed."""
        loader = runner.train_dataloader
        stream = loader.batch_sampler.sampler
        if not isinstance(stream, DrawStream):
            stream = loader.batch_sampler.sampler = DrawStream(stream)
        sampler: Any = stream.sampler
        if getattr(sampler, 'seed', None) == self._seed_at_start:
            sampler.seed = runner.seed  # the seed of a resumed run is read after the sampler was built
        fetch_of(loader.dataset).seed = runner.seed
        self._warn_of_lost_gradients(runner)
        if runner.cfg.get('resume') and runner.iter:
            self._unfinished.note_checkpoint(runner)

    def before_train_epoch(self, runner: Runner) -> None:
        """Make up for a validation, now that all hooks are ready."""
        self._unfinished.validate(runner)

    after_train = before_train_epoch  # of a run that was resumed at its end

    def before_val_epoch(self, runner: Runner) -> None:
        """Remember which iteration is validated."""
        self._unfinished.note_validation(runner.iter)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Seed the step."""
        seed_everything(STEP, runner.seed, runner.iter, get_rank())

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Record the state of the random number generators."""
        checkpoint['rng'] = dict(seed=runner.seed, iter=checkpoint['meta']['iter'])
        self._unfinished.record(checkpoint['meta'])

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Learn whether a validation is missing."""
        if runner.cfg.get('resume'):
            self._unfinished.read(checkpoint.get('meta', {}))

    @staticmethod
    def _warn_of_lost_gradients(runner: Runner) -> None:
        """A checkpoint between two steps of the optimizer does not hold the gradients gathered so far."""
        counts = runner.cfg.get('optim_wrapper', {}).get('accumulative_counts', 1)
        for hook in runner.hooks:
            if isinstance(hook, CheckpointHook) and hook.interval > 0:
                every = hook.interval * (len(runner.train_dataloader) if hook.by_epoch else 1)
                if every % counts:
                    runner.logger.warning(
                        f'A checkpoint every {every} iterations falls between steps of an optimizer that gathers '
                        f'gradients over {counts}; a run resumed there loses the gradients gathered so far. '
                        f'Let the interval be a multiple of {counts} iterations.'
                    )

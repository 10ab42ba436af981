"""What a killed run had not come to when it had written its last resume file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mmengine.hooks import CheckpointHook
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop, Runner

from mmvpt.files.write import write_atomically

#: In the meta of a resume file: whether it was written after the validation of its iteration.
VALIDATED = 'mmvpt_validated'
LAST = 'last_checkpoint'


class Unfinished:
    """Does in a resumed run what came between a resume file and the next iteration: validation, and the note of it."""

    def __init__(self) -> None:
        self._validated_at = -1
        self._pending = False

    def note_validation(self, iteration: int) -> None:
        """Remember that this iteration is being validated."""
        self._validated_at, self._pending = iteration, False

    def record(self, meta: dict) -> None:
        """Tell in a resume file whether its iteration has been validated."""
        meta[VALIDATED] = self._validated_at == meta['iter']

    def read(self, meta: Mapping[str, object]) -> None:
        """Learn it from a resume file."""
        self._pending = not meta.get(VALIDATED, False)

    def note_checkpoint(self, runner: Runner) -> None:
        """Let MMEngine know the last resume file, as it does after writing one: in its hook and in the work folder."""
        path = Path(str(runner.cfg.get('load_from')))
        if path.parent.resolve() != Path(runner.work_dir).resolve():
            return
        for hook in runner.hooks:
            if isinstance(hook, CheckpointHook):
                hook.last_ckpt = str(path)  # without it, a file of the best is not followed by a resume file
        if runner.rank == 0:
            write_atomically(Path(runner.work_dir) / LAST, lambda file: file.write(str(path).encode()))

    def validate(self, runner: Runner) -> None:
        """Validate, if that is due at the iteration that a run is resumed from; nothing on any other."""
        pending, self._pending = self._pending, False
        if pending and runner.val_loop is not None and _is_due(runner.train_loop):
            runner.logger.info(f'Validating iteration {runner.iter}, which the stopped run had not come to.')
            with _counters_of_before(runner):
                runner.val_loop.run()


def _is_due(loop: object) -> bool:
    """Tell whether a loop validates where it stands, in its own words."""
    if not isinstance(loop, EpochBasedTrainLoop | IterBasedTrainLoop) or loop.iter == 0:
        return False
    by_epoch = isinstance(loop, EpochBasedTrainLoop)
    if by_epoch and loop.iter != loop.epoch * len(loop.dataloader):
        return False  # in the middle of an epoch
    loop._decide_current_val_interval()
    place, end = (loop.epoch, loop.max_epochs) if by_epoch else (loop.iter, loop.max_iters)
    return place >= loop.val_begin and (place % loop.val_interval == 0 or place == end)


@contextmanager
def _counters_of_before(runner: Runner) -> Iterator[None]:
    """Let the message hub say for a while what it says after an iteration, not before the next."""
    names = ('iter', 'epoch') if isinstance(runner.train_loop, EpochBasedTrainLoop) else ('iter',)
    for name in names:
        runner.message_hub.update_info(name, getattr(runner, name) - 1)
    yield
    for name in names:
        runner.message_hub.update_info(name, getattr(runner, name))

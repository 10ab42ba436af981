"""Save what was trained, with a fingerprint of what was not."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from mmengine.hooks import CheckpointHook, Hook
from mmengine.runner import Runner, find_latest_checkpoint
from torch import nn

from mmvpt.delta.files import DeltaFiles
from mmvpt.delta.format import as_json, is_delta
from mmvpt.delta.kind import DEPLOYMENT, find_not_finite
from mmvpt.delta.load import check_delta
from mmvpt.delta.ownership import RUN, Owned
from mmvpt.delta.state import base_fingerprints, delta_state_dict, describe_delta
from mmvpt.engine.about_run import describe_run
from mmvpt.engine.resume.files import checkpoint_folder, keep_own_files
from mmvpt.engine.resume.state import require_resumable
from mmvpt.files.refuse import naming
from mmvpt.files.write import write_safetensors
from mmvpt.layers.unwrap import unwrap
from mmvpt.registry import HOOKS

START = 'start.safetensors'
#: In the meta of a resume file: files that it replaces, and that a killed run did not come to remove.
OUTDATED = 'mmvpt_outdated'
#: The argument of our backend that holds the mark of the run.
RUN_OF_BACKEND = 'run'


def _files(runner: Runner) -> list[DeltaFiles]:
    found = [getattr(hook, 'file_backend', None) for hook in runner.hooks]
    return [files for files in found if isinstance(files, DeltaFiles)]


@HOOKS.register_module()
class DeltaCheckpointHook(Hook):
    """Save what was trained, with a fingerprint of what was not.

    Resume files hold the delta, the optimizer and the state of the loop. For each of them, the best ones
    included, a deployment file ``<same name>.safetensors`` holds the delta and its metadata. On loading, a
    delta is compared with the model key by key and shape by shape; the tuned backbone sees to the right base.

    The hook works on MMEngine's CheckpointHook: where that writes to a local folder and has no
    ``backend_args`` of its own, it gets :class:`DeltaFiles`, with which a crash at any moment leaves a complete
    resume file. With another backend there is neither this promise nor a deployment file.

    Weights or states of the optimizer that are NaN or infinite are not saved: they end the run, and its last good
    checkpoint stays. A run is resumed only from a state that a run with the same optimizer and schedules left. Nothing
    is removed that it did not write into its own folder.

    Args:
        save_start: Whether to write ``start.safetensors`` before the first iteration: the delta as it was drawn, from
            which a pruned model can start again (rewinding of E2VPT).
    """

    priority = 'VERY_LOW'  # after EMAHook has swapped its weights in, and after CheckpointHook

    def __init__(self, save_start: bool = False) -> None:
        self.save_start = save_start

    def before_run(self, runner: Runner) -> None:
        """Let the CheckpointHook write complete files."""
        self._run = uuid4().hex
        self._leftovers: list[str] = []
        for hook in runner.hooks:
            if isinstance(hook, CheckpointHook) and '://' not in str(hook.out_dir):
                if hook.backend_args is None and hook.file_client_args is None:
                    folder = str(checkpoint_folder(runner, hook))
                    hook.backend_args = dict(backend='mmvpt_delta', folder=folder, run=self._run)

    def before_train(self, runner: Runner) -> None:
        """Take the fingerprint of the base, once for all checkpoints of the run."""
        model = unwrap(runner.model)
        self._fingerprints = base_fingerprints(model)
        self._metadata = as_json(describe_delta(model, self._fingerprints) | describe_run(runner))
        if runner.rank == 0:
            if runner.iter:
                self._sweep_leftovers(runner)
            elif self.save_start:
                start = delta_state_dict(model, self._fingerprints)
                write_safetensors(Path(runner.work_dir) / START, start, dict(self._metadata, epoch=0, iter=0))

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Leave only the delta in the checkpoint, of averaged weights too."""
        model = unwrap(runner.model)
        checkpoint['state_dict'] = delta_state_dict(model, self._fingerprints, checkpoint['state_dict'])
        if 'ema_state_dict' in checkpoint:
            checkpoint['ema_state_dict'] = self._delta_of_average(model, checkpoint['ema_state_dict'])
        self._require_finite(runner, checkpoint)
        meta = checkpoint['meta']
        meta[RUN] = self._run
        meta[DEPLOYMENT] = dict(self._metadata, epoch=meta['epoch'], iter=meta['iter'])
        meta[OUTDATED] = [str(path) for files in _files(runner) for path in files.outdated]

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Refuse a delta whose keys or shapes are not the model's, and a state that no run left."""
        resumes = bool(runner._resume)
        path = runner._load_from or (find_latest_checkpoint(runner.work_dir) if resumes else 'the checkpoint')
        state_dict = checkpoint.get('state_dict', checkpoint)
        if is_delta(state_dict):
            with naming(path):
                check_delta(unwrap(runner.model), state_dict)
        if resumes:
            require_resumable(runner, checkpoint, path)
            self._go_on(runner, checkpoint)

    def after_train_iter(self, runner: Runner, **_: Any) -> None:
        """Remove outdated files, now that the new ones are complete."""
        for files in _files(runner):
            files.sweep()

    after_train_epoch = after_val_epoch = after_train_iter

    def _go_on(self, runner: Runner, checkpoint: dict) -> None:
        """Be the run that a resume file is of."""
        meta = checkpoint['meta']
        self._run = str(meta.get(RUN) or self._run)
        self._leftovers = meta.get(OUTDATED, [])
        for hook in runner.hooks:
            if isinstance(hook, CheckpointHook):
                keep_own_files(runner, checkpoint, Owned(checkpoint_folder(runner, hook), self._run))
                if RUN_OF_BACKEND in (hook.backend_args or {}):
                    hook.backend_args[RUN_OF_BACKEND] = self._run

    def _require_finite(self, runner: Runner, checkpoint: dict) -> None:
        """End the run where its next checkpoint would be worth nothing."""
        parts = ('state_dict', 'ema_state_dict', 'optimizer')
        wrong = find_not_finite({name: checkpoint[name] for name in parts if name in checkpoint})
        if wrong is not None:
            raise RuntimeError(
                f'Nothing is saved at iteration {checkpoint["meta"]["iter"]}: {wrong} holds NaN or infinity. The last '
                f'good checkpoint stays in {runner.work_dir}. Start again with a lower learning rate, or with clipped '
                'gradients (optim_wrapper.clip_grad); --resume goes on from that checkpoint.'
            )

    def _sweep_leftovers(self, runner: Runner) -> None:
        """Remove what the killed run had no time to."""
        for files in _files(runner):
            for path in self._leftovers:
                files.remove(path)
            files.sweep()

    def _delta_of_average(self, model: nn.Module, state_dict: dict[str, Any]) -> dict[str, Any]:
        """Of MMEngine's averaged model: it holds the model as ``module``, with a count of its own."""
        level = 'module.'
        inside = {name.removeprefix(level): value for name, value in state_dict.items() if name.startswith(level)}
        own = {name: value for name, value in state_dict.items() if not name.startswith(level)}
        average = delta_state_dict(model, self._fingerprints, inside)
        return own | {level + name: value for name, value in average.items()}

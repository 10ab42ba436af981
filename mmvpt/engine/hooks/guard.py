"""Proof that a run trained what it should have and left the rest alone."""

from __future__ import annotations

from collections import defaultdict

from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor, nn

from mmvpt.files.fingerprint import fingerprint
from mmvpt.layers.unwrap import unwrap
from mmvpt.models.parts import group_of, tuned_backbones
from mmvpt.registry import HOOKS


@HOOKS.register_module()
class GuardHook(Hook):
    """Fail a run at its end if a frozen tensor changed by a single bit, or a group that trains never moved.

    A frozen module in train mode, which would change statistics or drop activations, fails it at once.

    Groups are the children of a tuner, the children of the backbone that have unfrozen parameters, and the
    layers of a head. Hashes of the start travel in the resume files: a resumed run is judged from its beginning.
    """

    priority = 'LOWEST'  # last of all, when everything is saved

    _start: dict[str, dict[str, str]] | None = None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Keep the start of the run that the checkpoint is of."""
        self._start = checkpoint.get('guard')

    def before_train(self, runner: Runner) -> None:
        """Hash what is there, unless this resumes a run."""
        if self._start is None or runner.iter == 0:
            self._start = _hashes(unwrap(runner.model))
        self._first_iter = runner.iter

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: object = None) -> None:
        """Look for frozen modules that something put into train mode."""
        for prefix, tuned in tuned_backbones(unwrap(runner.model)).items():
            training = [f'{prefix}backbone.{name}' for name, module in tuned.frozen_modules() if module.training]
            if training:
                raise RuntimeError(
                    f'Frozen modules are in train mode: {", ".join(training[:3])} and {len(training[3:])} more. Batch '
                    'norms would change their statistics, dropout and drop-path would act. A model wrapper or a hook '
                    'called train() on parts of the model: call train() on the complete model, which keeps these in '
                    'eval mode.'
                )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Keep the hashes of the start with the run."""
        checkpoint['guard'] = self._start

    def after_train(self, runner: Runner) -> None:
        """Compare."""
        assert self._start is not None
        end = _hashes(unwrap(runner.model))
        changed = [name for name, value in self._start['frozen'].items() if end['frozen'].get(name) != value]
        if changed:
            raise RuntimeError(
                f'Frozen, yet changed during training: {", ".join(changed)}. Something wrote to them in place, '
                'such as a hook. The delta does not hold these changes: do not trust it.'
            )
        still = [name for name, value in self._start['trained'].items() if end['trained'].get(name) == value]
        if still and runner.iter > self._first_iter:
            raise RuntimeError(
                f'Meant to train, yet never moved: {", ".join(still)}. Either the loss does not depend on them, '
                'or their learning rate is 0: check paramwise_cfg and the warm-up.'
            )


def _hashes(model: nn.Module) -> dict[str, dict[str, str]]:
    """Hash each frozen tensor, and each group that trains."""
    tuned = tuned_backbones(model)
    frozen = {
        f'{prefix}backbone.{name}': fingerprint({name: tensor})
        for prefix, module in tuned.items()
        for name, tensor in module.frozen_state().items()
    }
    groups: dict[str, dict[str, Tensor]] = defaultdict(dict)
    for name, param in model.named_parameters():
        if param.requires_grad:
            groups[group_of(name, tuned)][name] = param
    return dict(frozen=frozen, trained={group: fingerprint(params) for group, params in groups.items()})

"""Whether a batch fits into memory, asked before training."""

from __future__ import annotations

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmvpt.engine.batches import batch_of
from mmvpt.layers.unwrap import unwrap
from mmvpt.models.memory import require_memory
from mmvpt.registry import HOOKS


@HOOKS.register_module()
class MemoryCheckHook(Hook):
    """Refuse a run before it trains where memory cannot hold what its tuner adds to a batch, such as many prompts."""

    def before_train(self, runner: Runner) -> None:
        """Compare the least that it takes with what there is."""
        require_memory(unwrap(runner.model), batch_of(runner.train_dataloader))

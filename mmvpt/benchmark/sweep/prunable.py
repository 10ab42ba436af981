"""Whether what a sweep selects can be pruned, before anything is trained."""

from __future__ import annotations

import copy

from mmengine.config import Config

from mmvpt.analysis.count import build_without_memory
from mmvpt.pruning.configs import save_start
from mmvpt.pruning.importance import find_prompts
from mmvpt.pruning.plan import Pruning
from mmvpt.text.refused import Refused


def require_prunable(name: str, cfg: Config, pruning: Pruning, budget: int | None) -> None:
    """Refuse a config, by its name, whose model cannot be pruned so, or a search that makes no sense."""
    try:
        pruning.check_percentages(budget)
        save_start(copy.deepcopy(cfg), name)
        pruning.check_prompts(find_prompts(build_without_memory(cfg)))
    except ValueError as error:
        raise Refused(f'{name} cannot be pruned. {error}') from error

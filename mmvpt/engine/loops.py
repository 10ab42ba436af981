"""Building the loops of a run with their data; if that fails, a check of the data says why."""

from __future__ import annotations

from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmvpt.datasets.empty import require_samples
from mmvpt.datasets.verify import parts_of_config, verify


def build_loops(runner: Runner, *names: str) -> None:
    """Build loops, such as ``'train'`` and ``'val'``, before the run starts.

    The hosts stop at the first problem, with messages such as 'need at least one array to concatenate' if no image is
    left. The error raised here lists everything that is missing or wrong instead.
    """
    for name in names:
        try:
            _build_loop(runner, name)
        except Exception as error:
            findings = verify(parts_of_config(runner.cfg), quick=True)
            if not findings.problems:
                raise
            raise ValueError(
                f'The data cannot be read ({type(error).__name__}: {error}). A check of the data in the config:\n'
                f'{findings}'
            ) from error


def _build_loop(runner: Runner, name: str) -> None:
    """Build the loader first: a loop asks it for samples, and has no end where there is none."""
    attribute = f'_{name}_dataloader'
    settings = getattr(runner, attribute)
    if isinstance(settings, dict):
        setattr(runner, attribute, _build_loader(runner, settings))
    try:
        getattr(runner, f'{name}_loop')
    finally:
        setattr(runner, attribute, settings)  # MMEngine looks up the size of a batch there


def _build_loader(runner: Runner, settings: dict[str, object]) -> DataLoader:
    """Build a loader as MMEngine's loops do."""
    seeds_differ = runner._randomness_cfg.get('diff_rank_seed', False)
    loader = runner.build_dataloader(settings, seed=runner.seed, diff_rank_seed=seeds_differ)
    require_samples(loader.dataset)
    return loader

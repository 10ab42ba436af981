"""Building the loops of a run with their data; if that fails, a check of the data says why."""

from __future__ import annotations

from mmengine.runner import Runner

from mmvpt.datasets.verify import parts_of_config, verify


def build_loops(runner: Runner, *names: str) -> None:
    """Build loops, such as ``'train'`` and ``'val'``, before the run starts.

    The hosts stop at the first problem, with messages such as 'need at least one array to concatenate' if no image is
    left. The error raised here lists everything that is missing or wrong instead.
    """
    for name in names:
        try:
            getattr(runner, f'{name}_loop')
        except Exception as error:
            findings = verify(parts_of_config(runner.cfg), quick=True)
            if not findings.problems:
                raise
            raise ValueError(
                f'The data cannot be read ({type(error).__name__}: {error}). A check of the data in the config:\n'
                f'{findings}'
            ) from error

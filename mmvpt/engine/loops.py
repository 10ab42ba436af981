"""The loops of a run, and with them its data; where that fails, a look through the data says why."""

from __future__ import annotations

from mmengine.runner import Runner

from mmvpt.datasets.verify import parts_of_config, verify


def build_loops(runner: Runner, *names: str) -> None:
    """Build loops before the run would, such as ``'train'`` and ``'val'``.

    The hosts end with whatever goes wrong first, in words such as 'need at least one array to concatenate' where no
    picture is left. The error raised here lists all that is missing or wrong instead.
    """
    for name in names:
        try:
            getattr(runner, f'{name}_loop')
        except Exception as error:
            findings = verify(parts_of_config(runner.cfg), quick=True)
            if not findings.problems:
                raise
            raise ValueError(
                f'The data cannot be read ({type(error).__name__}: {error}). A look through what the config names:\n'
                f'{findings}'
            ) from error

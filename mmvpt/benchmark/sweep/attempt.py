"""A trial under way in this process: what it finds is told while it runs."""

from __future__ import annotations

import time
from threading import Thread

from mmvpt.runs.children import stop_all

from .trials import SweepTrial

#: Seconds between looks at the log.
PERIOD = 0.5


class Attempt:
    """A trial that is run by a thread, so that its evaluations can be waited for one by one."""

    def __init__(self, trial: SweepTrial) -> None:
        self.trial = trial
        self.error: BaseException | None = None
        self._told = 0
        self._stopping = False
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def next(self) -> tuple[int, float | None]:
        """Wait for the next evaluation, or the end; return how many there are, and the last one.

        After the end, :attr:`ended` is true; an error of the training is raised.
        """
        while True:
            ended = self.ended  # before the look, so that the last evaluation is not missed
            found = list(self.trial.evaluations.values())
            if ended and self.error is not None:
                raise self.error
            if ended or len(found) > self._told:
                self._told = len(found)
                return self._told, found[-1] if found else None
            self._thread.join(PERIOD)

    @property
    def ended(self) -> bool:
        """Whether nothing runs any more."""
        return not self._thread.is_alive()

    def stop(self) -> None:
        """Kill what runs; its folder can be gone on with."""
        self._stopping = True
        while not self.ended:
            stop_all()
            time.sleep(0.05)

    def _run(self) -> None:
        try:
            self.trial.run(go_on=lambda: not self._stopping)
        except BaseException as error:  # told by the thread that waits
            self.error = error

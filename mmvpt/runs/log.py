"""The log that a training leaves: what it printed, as numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

#: A line of a log.
LogLine = Mapping[str, float]


def read_log(folder: Path) -> Iterator[LogLine]:
    """Read all that was logged in the folder of a training, run after run."""
    for log in sorted(folder.glob('*/vis_data/*.json')):
        for line in log.read_text(errors='replace').splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the end of a log whose process was killed, or is just writing it
            if isinstance(entry, dict):
                yield entry

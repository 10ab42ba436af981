"""A sample of damaged and hostile files: refused by name with a remedy, or rightly accepted."""

import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def test_nothing_wrong_in_a_file_goes_unsaid() -> None:
    command = [sys.executable, REPO / 'tools' / 'try_files.py', '--cases', '30', '--show', '9']
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPO)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]

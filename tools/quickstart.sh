#!/usr/bin/env bash
# From nothing to a tuned segmentor: makes .venv (no compiler needed), then runs tools/quickstart.py with these options.
# MMVPT_PYTHON=/path/to/python takes an existing environment instead.
. "$(dirname "${BASH_SOURCE[0]}")/_env.sh"
use_environment cls seg
"$PYTHON" "$ROOT/tools/quickstart.py" "$@"
[ -z "$ACTIVATE" ] || say "To go on in this environment: $ACTIVATE"

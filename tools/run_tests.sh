#!/usr/bin/env bash
# Run the tests, detection included: makes .venv (no compiler needed), then runs pytest with these options.
# MMVPT_PYTHON=/path/to/python takes an existing environment instead. Two processes share the tests, or as many as
# MMVPT_TEST_PROCESSES says; 0 runs them in this one, for a debugger.
. "$(dirname "${BASH_SOURCE[0]}")/_env.sh"
use_environment cls seg det
cd "$ROOT"
OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} "$PYTHON" -m pytest -n "${MMVPT_TEST_PROCESSES:-2}" --dist worksteal "$@"

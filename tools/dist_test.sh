#!/usr/bin/env bash
# Evaluate on several GPUs, or processes without GPUs: tools/dist_test.sh CONFIG CHECKPOINT GPUS [options of test.py]
. "$(dirname "${BASH_SOURCE[0]}")/_dist.sh"
launch test.py 2 "$@"

#!/usr/bin/env bash
# Train on several GPUs, or on several processes without GPUs: tools/dist_train.sh CONFIG GPUS [options of train.py]
. "$(dirname "${BASH_SOURCE[0]}")/_dist.sh"
launch train.py 1 "$@"

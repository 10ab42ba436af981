#!/usr/bin/env bash
# Evaluate under Slurm: tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [options of test.py]
# Environment: GPUS (8), GPUS_PER_NODE (8), CPUS_PER_TASK (5), SRUN_ARGS, MMVPT_PYTHON (python).
. "$(dirname "${BASH_SOURCE[0]}")/_slurm.sh"
[ $# -ge 4 ] && ! is_option "$4" || usage
launch "$1" "$2" test.py "$3" "$4" "${@:5}"

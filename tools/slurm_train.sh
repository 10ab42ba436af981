#!/usr/bin/env bash
# Train under Slurm: tools/slurm_train.sh PARTITION JOB_NAME CONFIG [WORK_DIR] [options of train.py]
# Environment: GPUS (8), GPUS_PER_NODE (8), CPUS_PER_TASK (5), SRUN_ARGS, MMVPT_PYTHON (python).
. "$(dirname "${BASH_SOURCE[0]}")/_slurm.sh"
[ $# -ge 3 ] || usage
if [ $# -ge 4 ] && ! is_option "$4"; then set -- "${@:1:3}" --work-dir "${@:4}"; fi    # as mmpretrain's and mmdet's
launch "$1" "$2" train.py "${@:3}"

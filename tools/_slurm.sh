# Sourced by slurm_train.sh and slurm_test.sh: one task per GPU, spread over as many nodes as that takes.
set -euo pipefail

TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
}

is_option() {   # word
    [[ $1 == -* ]]
}

launch() {      # partition, job name, tool, arguments
    local partition=$1 job=$2 tool=$3 gpus=${GPUS:-8} per_node=${GPUS_PER_NODE:-8}
    shift 3
    if [ "$gpus" -lt "$per_node" ]; then per_node=$gpus; fi
    # SRUN_ARGS is a list of words
    # shellcheck disable=SC2086
    PYTHONPATH="$(dirname "$TOOLS")${PYTHONPATH:+:$PYTHONPATH}" exec srun \
        --partition="$partition" \
        --job-name="$job" \
        --ntasks="$gpus" \
        --ntasks-per-node="$per_node" \
        --gres="gpu:$per_node" \
        --cpus-per-task="${CPUS_PER_TASK:-5}" \
        --kill-on-bad-exit=1 \
        ${SRUN_ARGS:-} \
        "${MMVPT_PYTHON:-python}" -u "$TOOLS/$tool" --launcher slurm "$@"
}

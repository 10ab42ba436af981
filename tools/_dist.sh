# Sourced by dist_train.sh and dist_test.sh: starts a tool once per GPU with torchrun.
# Environment: NNODES (1), NODE_RANK (0), MASTER_ADDR (127.0.0.1), PORT (29500, or a free one on a single machine),
# MMVPT_PYTHON (python).
set -euo pipefail

PYTHON=${MMVPT_PYTHON:-python}
TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    sed -n '2s/^# //p' "$0" >&2
    exit 2
}

free_port() {   # 29500 unless another run has it
    "$PYTHON" - <<'END'
import socket

for port in (29500, 0):
    with socket.socket() as probe:
        try:
            probe.bind(('127.0.0.1', port))
        except OSError:
            continue
        print(probe.getsockname()[1])
        break
END
}

launch() {      # tool, number of its positional arguments, arguments
    local tool=$1 count=$2
    shift 2
    [ $# -gt "$count" ] || usage
    local positional=("${@:1:count}") gpus=${*:count+1:1}
    shift $((count + 1))
    case $gpus in '' | *[!0-9]* | 0) echo "GPUS has to be a number of processes, but it is '$gpus'." >&2 && usage ;; esac
    local nodes=${NNODES:-1} port=${PORT:-}
    if [ -z "$port" ]; then
        if [ "$nodes" = 1 ]; then port=$(free_port); else port=29500; fi
    fi
    export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
    PYTHONPATH="$(dirname "$TOOLS")${PYTHONPATH:+:$PYTHONPATH}" exec "$PYTHON" -m torch.distributed.run \
        --nnodes="$nodes" \
        --node_rank="${NODE_RANK:-0}" \
        --master_addr="${MASTER_ADDR:-127.0.0.1}" \
        --nproc_per_node="$gpus" \
        --master_port="$port" \
        "$TOOLS/$tool" "${positional[@]}" --launcher pytorch "$@"
}

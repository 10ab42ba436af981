# Sourced by quickstart.sh and run_tests.sh: makes the environment they run in, once, or takes that of MMVPT_PYTHON.
#
# An environment is a folder made by `python -m venv`. Its file .mmvpt says how far it came: 'begun', or the fingerprint
# of what was asked for. A begun one was interrupted and may hold half a package, so it is made anew.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
REQUIREMENTS=$ROOT/requirements
WHEELS=$ROOT/.venv-wheels       # compiled once, kept when an environment is made anew
LOG=/dev/null
export PYTHONPATH="$ROOT${PYTHONPATH:+:$PYTHONPATH}" PYTHONNOUSERSITE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
trap 'stop_heartbeat' EXIT
trap 'echo; echo "Interrupted. Run the same command again: it starts over where it has to." >&2; exit 130' INT TERM

# Set PYTHON to an interpreter with all that is needed: use_environment FOLDER [cls|seg|det ...]
use_environment() {
    local folder=$1
    shift
    if [ -n "${MMVPT_PYTHON:-}" ]; then
        PYTHON=$("$MMVPT_PYTHON" -c 'import sys; print(sys.executable)') || fail "MMVPT_PYTHON is '$MMVPT_PYTHON', which does not run." 'Set it to the python of an environment, or unset it.'
        say "Using $PYTHON (MMVPT_PYTHON), installing nothing."
        "$PYTHON" -m mmvpt.check_env --tasks "$@" || fail "The environment of $PYTHON lacks something." 'The lines above say what, and the command that mends it.'
        return
    fi
    PYTHON=$folder/bin/python
    local wanted
    wanted=$(fingerprint)
    if [ "$(state "$folder")" = "$wanted" ] && "$PYTHON" -c '' 2>/dev/null; then
        say "Environment $folder is ready."
        return
    fi
    make_environment "$folder" "$@"
    echo "$wanted" >"$folder/.mmvpt"
    say "Environment $folder is ready."
}

make_environment() {    # folder, tasks
    local folder=$1 tasks=" ${*:2} " files=(-r "$REQUIREMENTS/runtime.txt" -r "$REQUIREMENTS/mminstall.txt")
    if wants det; then
        files+=(-r "$REQUIREMENTS/det.txt" -r "$REQUIREMENTS/tests.txt")
        need_compiler
    fi
    begin "$folder"
    step 'PyTorch (about a minute, several GB)' install torch torchvision
    step 'build tools' install -r "$REQUIREMENTS/build.txt"
    if wants det; then
        compiled_mmcv
    else
        step 'mmcv without compiled ops' install --no-cache-dir onedl-mmcv
    fi
    step "packages for ${*:2}" install "${files[@]}"
    step 'mmvpt, in place' install --no-deps --no-build-isolation --editable "$ROOT"
    if ! "$PYTHON" -c 'import cv2' >>"$LOG" 2>&1; then    # no libGL: a machine without a display
        step 'OpenCV without windows' install --force-reinstall --no-deps opencv-python-headless
    fi
    # shellcheck disable=SC2086
    step 'check' "$PYTHON" -m mmvpt.check_env --tasks $tasks
}

begin() {       # folder
    local folder=$1
    if [ -e "$folder" ] && [ -z "$(state "$folder")" ]; then
        fail "$folder exists, and this script did not make it." \
            "Move it away, or use it as it is: MMVPT_PYTHON=$folder/bin/python bash $0"
    fi
    if [ "$(state "$folder")" = begun ] || ! "$PYTHON" -m pip --version >/dev/null 2>&1; then
        [ ! -e "$folder" ] || say "Removing $folder, which an earlier run did not finish."
        rm -rf "$folder"
        find_python
    fi
    mkdir -p "$folder"
    echo begun >"$folder/.mmvpt"
    LOG=$folder/setup.log
    : >"$LOG"
    say "Making $folder (log: $LOG)."
    [ -x "$PYTHON" ] || step "environment of $BASE_PYTHON" "$BASE_PYTHON" -m venv "$folder"
}

find_python() {
    local candidate seen=''
    for candidate in python3.11 python3.12 python3.13 python3.10 python3 python; do
        command -v "$candidate" >/dev/null || continue
        if BASE_PYTHON=$("$candidate" - 2>/dev/null <<'END'
import ensurepip, sys, venv
assert (3, 10) <= sys.version_info < (3, 14)
print(sys.executable)
END
        ); then return; fi
        seen+=" $candidate ($("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null || echo broken))"
    done
    fail "No Python from 3.10 to 3.13 with its venv module was found. Seen:${seen:- none}." \
        'Install one (on Debian and Ubuntu: apt install python3 python3-venv), or set MMVPT_PYTHON to an environment.'
}

need_compiler() {
    command -v "${CXX:-g++}" >/dev/null ||
        fail 'Detection needs mmcv with compiled ops, and there is no C++ compiler (g++).' \
            'Install one (on Debian and Ubuntu: apt install g++), or set MMVPT_PYTHON to an environment that has the ops.'
}

compiled_mmcv() {
    local wheels wheel
    wheels=$WHEELS/$("$PYTHON" -c 'import sys, torch; print(f"py{sys.version_info[0]}.{sys.version_info[1]}-torch{torch.__version__}")')
    wheel=$(echo "$wheels"/onedl_mmcv-*.whl)
    if ! "$PYTHON" -m zipfile -t "$wheel" >/dev/null 2>&1; then
        command -v nvcc >/dev/null || export CUDA_VISIBLE_DEVICES=''     # without nvcc only the ops for the CPU compile
        CFLAGS=-g0 CXXFLAGS=-g0 step 'mmcv with compiled ops (once; 5 minutes on 2 idle cores)' "$PYTHON" -m pip wheel \
            --constraint "$REQUIREMENTS/constraints.txt" --no-deps --no-build-isolation --no-cache-dir \
            --wheel-dir "$wheels" onedl-mmcv
        wheel=$(echo "$wheels"/onedl_mmcv-*.whl)
    fi
    step 'mmcv as compiled' install "$wheel"
}

install() {
    "$PYTHON" -m pip install --constraint "$REQUIREMENTS/constraints.txt" "$@"
}

# Run a command, its output in the log; say how long it took, or why it failed: step NAME COMMAND...
step() {
    local name=$1 start=$SECONDS
    shift
    printf '  %s ...\n' "$name"
    printf '\n== %s: %s\n' "$name" "$*" >>"$LOG"
    heartbeat "$start" &
    HEARTBEAT=$!
    if ! "$@" >>"$LOG" 2>&1; then
        stop_heartbeat
        printf '\n' >&2
        tail -n 20 "$LOG" | sed 's/^/    /' >&2
        fail "Step '$name' failed; above are the last lines of $LOG." \
            'Often the network or the disk (df -h) is the cause. Then run the same command again: downloads are kept.'
    fi
    stop_heartbeat
    printf '  %s: done in %s s\n' "$name" $((SECONDS - start))
}

heartbeat() {   # start
    while sleep 30 >/dev/null 2>&1; do printf '    still at it, %s s\n' $((SECONDS - $1)); done
}

stop_heartbeat() {
    [ -z "${HEARTBEAT:-}" ] || kill "$HEARTBEAT" 2>/dev/null || true
    HEARTBEAT=
}

fingerprint() {     # of what an environment has to hold; it is bound to its place
    { echo "$ROOT"; cat "$REQUIREMENTS"/*.txt "$ROOT/setup.py" "$ROOT/mmvpt/version.py"; } | cksum
}

state() {
    cat "$1/.mmvpt" 2>/dev/null || true
}

wants() {
    [[ $tasks == *" $1 "* ]]
}

say() {
    printf '%s\n' "$*"
}

fail() {        # what happened, what to do
    printf '\nERROR: %s\n%s\n' "$1" "$2" >&2
    exit 1
}

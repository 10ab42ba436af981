# Sourced by quickstart.sh and run_tests.sh: makes the environment that both run in, once, or takes that of MMVPT_PYTHON.
#
# It is the folder .venv, made by `python -m venv`. Its file .mmvpt says how far it came: 'begun', or the fingerprint of
# what was asked for. A begun one was interrupted and may hold half a package, so it is made again.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
REQUIREMENTS=$ROOT/requirements
ENVIRONMENT=$ROOT/.venv
PACKAGES=(runtime mminstall det tests)  # files of requirements
ACTIVATE=                               # how to go on in the environment, where it is ours
LOG=/dev/null
export PYTHONPATH="$ROOT${PYTHONPATH:+:$PYTHONPATH}" PYTHONNOUSERSITE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
trap 'stop_heartbeat' EXIT
trap 'echo; echo "Interrupted. Run the same command again: it starts over where it has to." >&2; exit 130' INT TERM

# Set PYTHON to an interpreter with all that is needed: use_environment TASKS, of which MMVPT_PYTHON needs no more
use_environment() {
    if [ -n "${MMVPT_PYTHON:-}" ]; then
        PYTHON=$("$MMVPT_PYTHON" -c 'import sys; print(sys.executable)') || fail "MMVPT_PYTHON is '$MMVPT_PYTHON', which does not run." 'Set it to the python of an environment, or unset it.'
        say "Using $PYTHON (MMVPT_PYTHON), installing nothing."
        "$PYTHON" -m mmvpt check_env --tasks "$@" || fail "The environment of $PYTHON lacks something." 'The lines above say what, and the command that mends it.'
        return
    fi
    PYTHON=$ENVIRONMENT/bin/python
    ACTIVATE=". ${ENVIRONMENT#"$PWD"/}/bin/activate"
    local wanted
    wanted=$(fingerprint)
    if [ "$(state)" != "$wanted" ] || ! "$PYTHON" -c '' 2>/dev/null; then
        make_environment
        echo "$wanted" >"$ENVIRONMENT/.mmvpt"
    fi
    say "Environment $ENVIRONMENT is ready. To use it yourself: $ACTIVATE"
}

make_environment() {
    local files=("${PACKAGES[@]/#/$REQUIREMENTS/}")
    files=("${files[@]/%/.txt}")
    begin
    step 'PyTorch (about a minute, several GB)' install torch torchvision
    step 'mmcv' install --no-deps --no-cache-dir onedl-mmcv   # the cache may hold one compiled for another PyTorch
    step "packages (${PACKAGES[*]})" install "${files[@]/#/--requirement=}"
    step 'mmvpt, in place' install --no-deps --no-build-isolation --editable "$ROOT"
    if ! "$PYTHON" -c 'import cv2' >>"$LOG" 2>&1; then    # no libGL: a machine without a display
        step 'OpenCV without windows' install --force-reinstall --no-deps opencv-python-headless
    fi
    "$PYTHON" -c 'import yapf.yapflib.yapf_api'     # MMEngine's; processes that fill its cache at once disturb each other
    step 'check' "$PYTHON" -m mmvpt check_env --tasks cls seg det
}

begin() {
    if [ -e "$ENVIRONMENT" ] && [ -z "$(state)" ]; then
        fail "$ENVIRONMENT exists, and this script did not make it." \
            "Move it away, or use it as it is: MMVPT_PYTHON=$ENVIRONMENT/bin/python bash $0"
    fi
    if [ "$(state)" = begun ] || ! suits "$PYTHON" >/dev/null || ! "$PYTHON" -m pip --version >/dev/null 2>&1; then
        [ ! -e "$ENVIRONMENT" ] || say "Removing $ENVIRONMENT, which an earlier run did not finish, or for another Python."
        rm -rf "$ENVIRONMENT"
        find_python
    fi
    mkdir -p "$ENVIRONMENT"
    echo begun >"$ENVIRONMENT/.mmvpt"
    LOG=$ENVIRONMENT/setup.log
    : >"$LOG"
    say "Making $ENVIRONMENT (log: $LOG)."
    [ -x "$PYTHON" ] || step "environment of $BASE_PYTHON" "$BASE_PYTHON" -m venv "$ENVIRONMENT"
}

find_python() {
    local candidate seen=''
    for candidate in python3.11 python3.12 python3.13 python3 python; do
        command -v "$candidate" >/dev/null || continue
        if BASE_PYTHON=$(suits "$candidate"); then return; fi
        seen+=" $candidate ($("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null || echo broken))"
    done
    fail "No Python from 3.11 to 3.13 with its venv module was found. Seen:${seen:- none}." \
        'Install one (on Debian and Ubuntu: apt install python3 python3-venv), or set MMVPT_PYTHON to an environment.'
}

# Print where a Python is that mmvpt runs on: suits PYTHON
suits() {
    "$1" - 2>/dev/null <<'END'
import ensurepip, sys, venv
assert (3, 11) <= sys.version_info < (3, 14)
print(sys.executable)
END
}

install() {     # Python compiles what it imports, once; most of PyTorch and SciPy never is
    "$PYTHON" -m pip install --no-compile --constraint "$REQUIREMENTS/constraints.txt" "$@"
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
    cat "$ENVIRONMENT/.mmvpt" 2>/dev/null || true
}

say() {
    printf '%s\n' "$*"
}

fail() {        # what happened, what to do
    printf '\nERROR: %s\n%s\n' "$1" "$2" >&2
    exit 1
}

# lib.bash - what the end-to-end tests share: a scratch folder, TAP lines, the command.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
FADE=${FADE:-${FADE_BUILD:-build}/fade}
export FADE_DATA=${FADE_DATA:-$PWD/../shared/data}
unset FADE_PLUGIN_PATH
declare +x FADE_BUILD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
ok() { number=$((number + 1)) && echo "ok $number - $1"; }
bad() {
    number=$((number + 1)) && echo "not ok $number - $1"
    [ $# -gt 1 ] && printf '%s\n' "$2" | sed 's/^/# /'
}
skip() { number=$((number + 1)) && echo "ok $number - $1 # SKIP $2"; }
# check WHAT COMMAND.. - ok when the command succeeds; else what it said.
check() {
    local what=$1 said
    shift
    if said=$("$@" 2>&1); then ok "$what"; else bad "$what" "$said"; fi
}
# fails WHAT STATUS TEXT COMMAND.. - ok when it ends with STATUS and says TEXT.
fails() {
    local what=$1 status=$2 expected=$3 said code
    shift 3
    said=$("$@" 2>&1)
    code=$?
    if [ "$code" -eq "$status" ] && [[ $said == *"$expected"* ]]; then
        ok "$what"
    else
        bad "$what" "exit $code (expected $status), said: $said"
    fi
}
# peers WHAT - sets $peer to a Python that has PyBaMM, bpx and batterydf; without one it skips WHAT and ends the test.
peers() {
    local why
    export peer PYBAMM_DISABLE_TELEMETRY=true
    if ! peer=$(scripts/peers.sh --python 2> "$work/why"); then
        why=$(tr '\n#' '  ' < "$work/why")
        skip "$1" "$why"
        exit 0
    fi
}
same() { check "$1" cmp "$2" "$3"; }
# struck SIGNAL FOLDER PROGRAM.. - starts a run into FOLDER and sends SIGNAL a moment after its next snapshot; sets $status to
# how it ended and counts in $killed what died of it. Waiting for the snapshot, not for a time, suits machines of any speed.
# A function of the shell won't do as PROGRAM: the shell would die and leave the run alive.
struck() {
    local signal=$1 state=$2/state.fade before pid
    shift 2
    before=$(stat -c '%i %y' "$state" 2> /dev/null)
    "$@" 2> "$work/said" &
    pid=$!
    while kill -0 $pid 2> /dev/null && [ "$(stat -c '%i %y' "$state" 2> /dev/null)" = "$before" ]; do sleep 0.002; done
    sleep "0.0$((RANDOM % 5))"
    kill -s "$signal" $pid 2> /dev/null
    wait $pid 2> /dev/null
    status=$?
    if [ "$status" -gt 128 ]; then killed=$((killed + 1)); fi
}

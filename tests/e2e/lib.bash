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
same() { check "$1" cmp "$2" "$3"; }

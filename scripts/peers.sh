#!/usr/bin/env bash
# peers.sh - installs the Python packages that tests compare with (group `pip` of scripts/packages) into a folder of
# their own: $FADE_PEERS, else build/peers.  Never fails: without network or Python it leaves the reason in
# the folder's file `why`, says it, and the tests that need them are skipped.
#   peers.sh           installs what is missing, within PEERS_SECONDS (240)
#   peers.sh --python  prints the interpreter that has them, or on stderr why there is none
set -uo pipefail
cd "$(dirname "$0")/.." || exit

into=${FADE_PEERS:-$PWD/build/peers}
python=$into/bin/python
wanted=()
while read -r of package _; do
    [ "$of" = pip ] && wanted+=("$package")
done < scripts/packages
list=${wanted[*]}

if [ "${1:-}" = --python ]; then
    if [ "$(cat "$into/done" 2> /dev/null)" = "$list" ] && [ -x "$python" ]; then
        echo "$python"
        exit 0
    fi
    { cat "$into/why" 2> /dev/null || echo "PyBaMM is not installed: scripts/peers.sh"; } >&2
    exit 1
fi

[ "$(cat "$into/done" 2> /dev/null)" = "$list" ] && [ -x "$python" ] && exit 0

give_up() {
    echo "$1" > "$into/why"
    echo "peers: $1; tests that compare with them are skipped" >&2
    exit 0
}

mkdir -p "$into" 2> /dev/null || exit 0
exec 9> "$into/lock"
flock 9
[ "$(cat "$into/done" 2> /dev/null)" = "$list" ] && [ -x "$python" ] && exit 0
echo "peers: installing ${wanted[*]} into $into (about 1 GB, once)"
began=$SECONDS
if [ ! -x "$python" ] && ! timeout 60 python3 -m venv "$into" > "$into/log" 2>&1; then
    give_up "python3 -m venv does not work here ($(tail -n 1 "$into/log"))"
fi
if ! timeout "${PEERS_SECONDS:-240}" "$python" -m pip install --quiet --disable-pip-version-check --no-compile \
    --retries 1 --timeout 15 "${wanted[@]}" >> "$into/log" 2>&1; then
    give_up "PyPI gave no $list within ${PEERS_SECONDS:-240} s ($(grep -m 1 '^ERROR' "$into/log" | cut -c -100))"
fi
echo "$list" > "$into/done"
rm -f "$into/why"
echo "peers: done after $((SECONDS - began)) s"

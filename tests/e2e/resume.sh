#!/usr/bin/env bash
# resume.sh - a run that was stopped, killed or could not write goes on and gives the bytes of an uninterrupted one.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

cat > "$work/long.toml" << 'END'
[run]
name = "long"
cycles = 8000
snapshot = "0.05 s"
threads = 2
[cell]
nominal_capacity = 2
[source]
plugin = "virtual"
cells = 24
cycles = 8000
[[physics]]
plugin = "xu2018"
[[physics]]
plugin = "power-law"
[corrector]
plugin = "ridge"
[evaluate]
split = { kind = "holdout", fraction = 0.5 }
[[output]]
plugin = "csv"
[[output]]
plugin = "jsonl"
[[output]]
plugin = "sqlite"
END
check "an uninterrupted run" "$FADE" run "$work/long.toml" --quiet --out "$work/whole"

query="select cell, cycle, variant, physics_capacity_ah, hybrid_capacity_ah from row order by number"
compare() {
    same "$1: the same CSV" "$work/whole/rows.csv" "$2/rows.csv"
    same "$1: the same JSON lines" "$work/whole/rows.jsonl" "$2/rows.jsonl"
    sqlite3 "$work/whole/results.sqlite" "$query" > "$work/a"
    sqlite3 "$2/results.sqlite" "$query" > "$work/b"
    same "$1: the same rows in SQLite" "$work/a" "$work/b"
}

# kill -9 again and again, at other moments each time.
status=1 killed=0 how=()
while [ "$status" -ne 0 ] && [ "$killed" -lt 12 ]; do
    struck KILL "$work/killed" "$FADE" run "$work/long.toml" --quiet --out "$work/killed" "${how[@]}"
    how=(--resume)
done
check "killed $killed times" [ "$killed" -gt 0 ]
[ "$status" -eq 0 ] || check "resumed to the end" "$FADE" run "$work/long.toml" --quiet --out "$work/killed" --resume
compare "after kill -9" "$work/killed"

# Ctrl-C and a polite kill keep what is done and say so.
for signal in INT TERM; do
    rm -rf "$work/stopped"
    struck $signal "$work/stopped" "$FADE" run "$work/long.toml" --quiet --out "$work/stopped"
    expected=$([ $signal = INT ] && echo 130 || echo 143)
    check "$signal ends with $expected" [ "$status" -eq "$expected" ]
    check "$signal: resumed" "$FADE" run "$work/long.toml" --quiet --out "$work/stopped" --resume --threads 1
    compare "after $signal" "$work/stopped"
done

fails "an existing result is refused" 2 "--overwrite" "$FADE" run "$work/long.toml" --quiet --out "$work/whole"
fails "another scenario is not resumed" 4 "another scenario" \
    "$FADE" run "$work/long.toml" --quiet --out "$work/whole" --resume \
    --set physics.k_t=5e-10
printf 'FADESNAPxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' > "$work/stopped/state.fade"
fails "a damaged snapshot is refused with a sentence" 4 "state.fade" "$FADE" run "$work/long.toml" --quiet \
    --out "$work/stopped" --resume

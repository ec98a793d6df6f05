#!/usr/bin/env bash
# lstm.sh - a corrector that remembers rows gives the same rows for any threads, tiles and interruption.
# uncounted: what it runs is counted in test_lstm and test_series
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

check "fade plugin check lstm" "$FADE" plugin check lstm
cat > "$work/many.toml" << 'END'
[run]
name = "many"
threads = 1
cycles = 10000
snapshot = "0.02 s"
[cell]
nominal_capacity = 2
[source]
plugin = "virtual"
cells = 24
cycles = 10000
[[physics]]
plugin = "xu2018"
[[physics]]
plugin = "power-law"
[corrector]
plugin = "lstm"
scope = "pooled"
features = ["cycle", "physics_loss"]
window = 6
hidden = 4
epochs = 2
gate = false
[evaluate]
split = "holdout:0.006"
[[output]]
plugin = "csv"
END
run() { "$FADE" run "$work/many.toml" --quiet --out "$work/$1" "${@:2}"; }

check "one thread" run one --threads 1
check "four threads, tiles of 8" run four --threads 4 --set run.tile=8
same "the same rows" "$work/one/rows.csv" "$work/four/rows.csv"
check "four cells' correctors, one each" run own \
    --set corrector.scope=cell --set source.cells=4 --cycles 300 --set evaluate.split=holdout:0.2

# kill -9 again and again; every time the run goes on from its snapshot.
status=1 killed=0 how=()
while [ "$status" -ne 0 ] && [ "$killed" -lt 5 ]; do
    struck KILL "$work/killed" "$FADE" run "$work/many.toml" --quiet --out "$work/killed" "${how[@]}"
    how=(--resume)
done
check "killed $killed times" [ "$killed" -gt 0 ]
[ "$status" -eq 0 ] || check "resumed to the end" run killed --resume
same "the same rows after all that" "$work/one/rows.csv" "$work/killed/rows.csv"

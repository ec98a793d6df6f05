#!/usr/bin/env bash
# determinism.sh - same rows for any number of threads, tile size, interruption and order of cells.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

cat > "$work/many.toml" << 'END'
[run]
name = "many"
cycles = 300
stop = ["85% capacity"]
[cell]
nominal_capacity = 2
[source]
plugin = "virtual"
cells = 100
cycles = 300
[[physics]]
plugin = "xu2018"
k_t = { mean = 4e-10, sd = 1e-10 }
[[physics]]
plugin = "wang2011"
[corrector]
plugin = "ridge"
[evaluate]
split = { kind = "holdout", fraction = 0.5 }
[[output]]
plugin = "csv"
END
run() { "$FADE" run "$work/many.toml" --quiet --out "$work/$1" "${@:2}"; }

check "one thread" run one --threads 1
check "eight threads" run eight --threads 8
same "the same rows for 1 and 8 threads" "$work/one/rows.csv" "$work/eight/rows.csv"
check "tile of 8" run tile8 --set run.tile=8
check "tile of 1024" run tile1024 --set run.tile=1024
same "the same rows for a tile of 8 and of 128" "$work/one/rows.csv" "$work/tile8/rows.csv"
same "the same rows for a tile of 1024 and of 128" "$work/one/rows.csv" "$work/tile1024/rows.csv"

# A run of fewer cells holds the same rows for the cells it has: nothing depends on who else is there.
check "ten cells of the hundred" run ten --set source.cells=10
for c in V0003 V0010; do
    grep "^$c," "$work/one/rows.csv" > "$work/a"
    grep "^$c," "$work/ten/rows.csv" > "$work/b"
    [ -s "$work/a" ] && same "cell $c alone and among a hundred" "$work/a" "$work/b"
done

# Lanes permuted: a file with its cells in another order gives the same rows for the same cell.
{
    echo cell,cycle,capacity_ah,temperature_mean_c
    for c in A B C D E F G H I J K; do
        for n in $(seq 1 20); do echo "$c,$n,$((2000 - n))e-3,$((20 + n))"; done
    done
} > "$work/forward.csv"
{ head -n 1 "$work/forward.csv" && tail -n +2 "$work/forward.csv" | sort -t, -k1,1r -k2,2n; } > "$work/backward.csv"
cat > "$work/file.toml" << 'END'
[run]
name = "file"
[cell]
nominal_capacity = 2
[conditions]
depth = 1
soc_mean = 0.5
duration = "1 day"
[source]
plugin = "csv"
[physics]
plugin = "xu2018"
k_t = { mean = 4e-10, sd = 2e-10 }
[[output]]
plugin = "csv"
END
for way in forward backward; do
    check "cells $way" "$FADE" run "$work/file.toml" --quiet --set "source.path=$work/$way.csv" --out "$work/$way"
    sort "$work/$way/rows.csv" > "$work/$way.sorted"
done
same "the same rows for cells in another order" "$work/forward.sorted" "$work/backward.sorted"

# A law that steps in seconds, under a protocol.
if [ -e scenarios/cell-protocol.toml ]; then
    check "protocol, 1 thread" "$FADE" run scenarios/cell-protocol.toml --quiet --threads 1 --out "$work/p1"
    check "protocol, 4 threads, tile 8" "$FADE" run scenarios/cell-protocol.toml --quiet --threads 4 \
        --set run.tile=8 --out "$work/p4"
    same "the same rows from the protocol" "$work/p1/rows.csv" "$work/p4/rows.csv"
fi

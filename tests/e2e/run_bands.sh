#!/usr/bin/env bash
# run_bands.sh - the 90 % band of a run behind its origin: it widens with the horizon, holds cells that its errors were
# not learnt from, and is the sum of its parts.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
scenarios=$PWD/scenarios
cd "$work" || exit

# held FILE VARIANT - share of measured values in the band behind the origin, and its width one row, half way and all
# the way ahead, means of cells; how far its parts are from adding up.
cat > held.py << 'PY'
import csv, sys
Z = 1.6448536269514722
cells = {}
for r in csv.DictReader(open(sys.argv[1])):
    if r["variant"] == sys.argv[2] and r["hybrid_lower_ah"]:
        cells.setdefault(r["battery_id"], []).append(r)
held, width, off = [], [[], [], []], 0
for rows in cells.values():
    inside = 0
    for r in rows:
        v, lo, mid, hi, known, error = (float(r[k + "_ah"]) for k in (
            "capacity", "hybrid_lower", "hybrid_capacity", "hybrid_upper", "hybrid_sd_known", "hybrid_sd_error"))
        inside += lo <= v <= hi
        down, up = (max((h * h - (Z * known) ** 2), 0) ** 0.5 for h in (mid - lo, hi - mid))
        off = max(off, abs((down + up) / 2 / Z - error) if lo > 0 else 0)
    held.append(inside / len(rows))
    for k, at in enumerate((0, len(rows) // 2, len(rows) - 1)):
        width[k].append(float(rows[at]["hybrid_upper_ah"]) - float(rows[at]["hybrid_lower_ah"]))
mean = lambda v: sum(v) / len(v)
print("%d %.4f %.5f %.5f %.5f %.2e" % (len(cells), mean(held), *map(mean, width), off))
PY

# widens WHAT FILE VARIANT CELLS - at least 85 % held, each width well above the one before, parts that add up.
widens() {
    python3 held.py "$2" "$3" > got
    check "$1" awk -v cells="$4" '{ print } $1 != cells || $2 < 0.85 || $4 < 1.5 * $3 || $5 < 1.2 * $4 || $6 > 1e-5 {
        exit 1 }' got
}

"$FADE" run "$scenarios/virtual-fleet.toml" --out demo -q > out 2> err || cat out err
widens "virtual cells, a law of the right shape: the band widens and holds" demo/rows.csv xu2018+ridge 8
widens "and a law of another shape" demo/rows.csv power-law+ridge 8

# Four cells that bend down behind the origin, where nothing known tells of it.
python3 - > knee.csv << 'PY'
import random
random.seed(8)
print("cell,cycle,capacity_ah")
for cell in range(4):
    for n in range(1, 401):
        knee = 250 + 20 * cell
        q = 3 * (1 - 2e-4 * n - 8e-4 * max(0, n - knee)) + random.gauss(0, 0.003)
        print(f"k{cell},{n},{q!r}")
PY
cat > knee.toml << 'TOML'
[cell]
nominal_capacity = "3 Ah"
[source]
plugin = "csv"
path   = "knee.csv"
[[physics]]
plugin = "power-law"
[[corrector]]
plugin   = "ridge"
features = ["cycle"]
[evaluate]
split = "holdout:0.5"
[[output]]
plugin = "csv"
path   = "rows.csv"
TOML
"$FADE" run knee.toml --out knee -q > out 2> err || cat out err
widens "cells that bend behind the origin stay in the band" knee/rows.csv power-law+ridge 4

# The band is of the run, not of how it is run.
"$FADE" run knee.toml --out one -q --threads 1 > out 2> err || cat out err
same "the same bits on one thread" knee/rows.csv one/rows.csv

# One forecast has one band, whoever says it: fade run, fade evaluate, and a model that fade train saved, asked by fade
# predict or in another run.
cat > agree.py << 'PY'
import csv, sys
def table(path, cell, cycle, lower, upper, only=None):
    rows = {}
    for r in csv.DictReader(open(path)):
        if (only is None or r["variant"] == only) and r[lower]:
            rows[r[cell], int(float(r[cycle]))] = (float(r[lower]), float(r[upper]))
    return rows
kind = {"run": ("battery_id", "cycle_count", "hybrid_lower_ah", "hybrid_upper_ah", sys.argv[1]),
        "sheet": ("cell", "cycle", sys.argv[1] + "_lower", sys.argv[1] + "_upper"),
        "predicted": ("cell", "cycle_count", "lower_ah", "upper_ah")}
a, b = (table(sys.argv[i + 1], *kind[sys.argv[i]]) for i in (2, 4))
both = a.keys() & b.keys()
off = max(abs(x - y) for k in both for x, y in zip(a[k], b[k])) if both else 9
print(len(a), len(b), len(both), off)
sys.exit(not (len(both) >= int(sys.argv[6]) and off < 1e-12))
PY
"$FADE" evaluate knee.toml --csv sheet.csv > out 2> err || cat out err
check "fade evaluate has the band of fade run" python3 agree.py power-law+ridge run knee/rows.csv sheet sheet.csv 800
"$FADE" train knee.toml --save knee-model > out 2> err || cat out err
"$FADE" predict knee-model knee.toml -o predicted.csv > out 2> err || cat out err
check "and so has a saved model" python3 agree.py power-law+ridge run knee/rows.csv predicted predicted.csv 800
sed -e 's|^plugin   = "ridge"|model = "knee-model"|' -e '/^features/d' knee.toml > with.toml
"$FADE" run with.toml --out with -q > out 2> err || cat out err
check "which has it in another run, known rows too" python3 agree.py power-law+ridge run with/rows.csv predicted \
    predicted.csv 1600

# One model of all cells: cells it was trained on have a band of their own rows, strangers that of cells held out.
# An origin that a run says is no saved model's.
sed -e '/^plugin   = "ridge"/a scope = "pooled"' knee.toml > pooled.toml
"$FADE" run pooled.toml --out pooled -q > out 2> err || cat out err
"$FADE" evaluate pooled.toml --csv pooled.csv > out 2> err || cat out err
check "of a pooled corrector, too" python3 agree.py power-law+ridge run pooled/rows.csv sheet pooled.csv 800
"$FADE" train pooled.toml --save all > out 2> err || cat out err
"$FADE" predict all pooled.toml -o predicted.csv > out 2> err || cat out err
sed -e 's|^plugin   = "ridge"|model = "all"|' -e '/^features/d' -e '/^scope/d' pooled.toml > with.toml
"$FADE" run with.toml --out all-run -q > out 2> err || cat out err
check "a saved pooled model says the same in a run" python3 agree.py power-law+ridge run all-run/rows.csv predicted \
    predicted.csv 1600
sed 's/^k/s/' knee.csv > strangers.csv
"$FADE" predict all pooled.toml --set source.path=strangers.csv -o unseen.csv > out 2> err || cat out err
"$FADE" run with.toml --set source.path=strangers.csv --out strangers -q > out 2> err || cat out err
check "of cells it never saw, too" python3 agree.py power-law+ridge run strangers/rows.csv predicted unseen.csv 1600
echo "1..$number"

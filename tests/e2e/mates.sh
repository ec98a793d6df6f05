#!/usr/bin/env bash
# mates.sh - trend beside a cell's mates: what is held back of any cell tells nothing, a run says what evaluate does, a
# saved model knows its cells by name.
# uncounted: what it runs is the plugin's, and its tests count it
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
cd "$work" || exit

# table LATE - three cells of one loss with their own noise, one bent before its half ends; LATE is added behind halves.
table() {
    python3 - "$1" << 'PY'
from random import Random
from sys import argv
print("cell,cycle,capacity_ah")
r = Random(7)
for c, name in enumerate("abc"):
    for n in range(1, 81):
        bent = 0.0015 * min(n, 40) - 0.04 if name == "a" and n > 26 and n <= 40 else 0
        late = float(argv[1]) if n > 40 else 0
        print(f"{name},{n},{2 + 0.05 * c - 0.3 * (n / 40) ** 0.6 + bent + 0.002 * r.gauss(0, 1) + late!r}")
PY
}
cat > mates.toml << 'TOML'
[run]
name = "mates"
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "csv"
path   = "rows.csv"
[[physics]]
plugin = "power-law"
[[corrector]]
plugin   = "trend"
features = ["cycle"]
scope    = "pooled"
mates    = 2
gate     = false
[evaluate]
split = { kind = "holdout", fraction = 0.5 }
[[output]]
plugin = "csv"
TOML
sed 's/"pooled"/"cell"/' mates.toml > alone.toml
table 0 > rows.csv

# error FILE CELL - the RMSE of a cell's held-back rows by `fade evaluate`.
error() { "$FADE" evaluate "$1" | awk -v c="$2" '$1 == c { print $4; exit }'; }
check "a cell that bends alone is forecast better beside its mates" \
    awk -v a="$(error mates.toml a)" -v b="$(error alone.toml a)" 'BEGIN { exit !(a > 0 && a < 0.7 * b) }'

"$FADE" run mates.toml --overwrite > out 2> err || cat err
cp results/mates/rows.csv first.csv
told() {
    python3 -c 'import csv, sys
r = [x for x in csv.DictReader(open(sys.argv[1])) if x["battery_id"] == "a" and int(x["cycle_count"]) > 40]
print((sum((float(x["hybrid_capacity_ah"]) - float(x["capacity_ah"])) ** 2 for x in r) / len(r)) ** 0.5)' "$1"
}
check "a run corrects by the same" awk -v a="$(told first.csv)" -v b="$(error mates.toml a)" \
    'BEGIN { exit !((a - b) ^ 2 < 1e-8) }'

table 0.7 > rows.csv
"$FADE" run mates.toml --overwrite > out 2> err || cat err
check "what is held back of any cell tells nothing" \
    python3 -c 'import csv
read = lambda f: [(x["battery_id"], x["cycle_count"], x["hybrid_capacity_ah"]) for x in csv.DictReader(open(f))]
a, b = read("first.csv"), read("results/mates/rows.csv")
import sys
sys.exit(0 if len(a) == 240 and a == b else "the forecasts differ")'

table 0 > rows.csv
"$FADE" train mates.toml --save model > out 2> err || cat err
sed 's/^a,/b,/; t; s/^b,/a,/' rows.csv > swapped.csv
"$FADE" predict model rows.csv > kept.csv 2> err || cat err
"$FADE" predict model swapped.csv > other.csv 2> err || cat err
check "a saved model knows its cells by name" python3 -c 'import csv, sys
read = lambda f: {(x["cell"], x["row"]): x["correction_ah"] for x in csv.DictReader(open(f))}
a, b = read("kept.csv"), read("other.csv")
sys.exit(0 if len(a) == 240 and a == b and len({a[c, "80"] for c in "abc"}) == 3 else str((len(a), a == b)))'
echo "1..$number"

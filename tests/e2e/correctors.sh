#!/usr/bin/env bash
# correctors.sh - gp, polynomial and anomaly at work in a scenario: a fade that a law does not know is learnt, scores
# become columns of the rows, any order of correctors and the same seed give the same bits.
# uncounted: what it runs is the plugins', and their tests count it
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
cd "$work" || exit

python3 - > rows.csv <<'PY'
from math import sin
print("cell,cycle,capacity_ah,temperature_ambient_degC")
for n in range(1, 161):
    c = 2 * (1 - 1e-3 * n ** 0.8) - 0.0008 * n + 0.002 * sin(7.1 * n)
    print(f"a,{n},{c!r},{25 + 2 * sin(0.9 * n) + (30 if n == 150 else 0)!r}")
PY
cat > head.toml << 'TOML'
[run]
name = "one cell"
seed = 5
[cell]
nominal_capacity = "2 Ah"
initial_capacity = "2 Ah"
[source]
plugin = "csv"
path   = "rows.csv"
[[physics]]
plugin = "power-law"
parameters = { c = 1e-3, z = 0.8 }
[[corrector]]
plugin   = "gp"
kernel   = "linear + rbf"
features = ["cycle"]
[[corrector]]
plugin   = "polynomial"
degree   = 2
features = ["cycle"]
[evaluate]
split = { kind = "holdout", fraction = 0.5 }
[[output]]
plugin = "csv"
TOML
cat head.toml - > scores.toml << 'TOML'
[[corrector]]
plugin   = "anomaly"
method   = "mahalanobis"
features = ["cycle", "temperature_ambient"]
TOML

# rows WHAT EXPRESSION - ok when it holds of r, the rows of results/one-cell, or of h, their columns.
rows() {
    check "$1" python3 -c 'import csv, sys
r = list(csv.DictReader(open("results/one-cell/rows.csv")))
h = list(r[0])
of = lambda v: [x for x in r if x["variant"].endswith(v)]
rmse = lambda v, k: (sum((float(x[k]) - float(x["capacity_ah"])) ** 2 for x in of(v)[80:]) / 80) ** 0.5
sys.exit(0 if eval("(" + sys.argv[1] + ")") else
    str([(v, rmse(v, "hybrid_capacity_ah"), rmse(v, "physics_capacity_ah"), h[-3:])
                                                      for v in ("gp", "polynomial")]))' "$2"
}
"$FADE" run head.toml --overwrite > out 2> err || cat err
rows "gp takes most of the law's error away" \
    'rmse("gp", "hybrid_capacity_ah") < 0.3 * rmse("gp", "physics_capacity_ah")'
rows "and so does a polynomial" \
    'rmse("polynomial", "hybrid_capacity_ah") < 0.3 * rmse("polynomial", "physics_capacity_ah")'
rows "without a detector there is no score" '"score" not in h'
cp results/one-cell/rows.csv first.csv
"$FADE" run head.toml --overwrite > out 2> err || cat err
check "the same seed, the same bits" cmp -s first.csv results/one-cell/rows.csv

"$FADE" run scores.toml --overwrite > out 2> err || cat err
rows "a detector's score is a column of its rows, and of no other's" \
    '"score" in h and all(x["score"] == "" for x in of("gp")) and float(of("anomaly")[120]["score"]) > 0'
rows "the hot cycle is the strangest" \
    'max(of("anomaly")[80:], key=lambda x: float(x["score"]))["cycle_count"] == "150"
    and float(of("anomaly")[149]["alarm"]) == 1'
rows "and nothing is corrected by it" 'all(float(x["correction_capacity_ah"]) == 0 for x in of("anomaly"))'
"$FADE" train scores.toml --corrector anomaly --ask next --save detector > out 2> err || cat err
check "trained, it says what it tells and of no skill" \
    bash -c 'grep -q "it corrects nothing; what it tells of each row:" out && grep -q "^  score " out &&
        ! grep -q "RMSE\|skill" out'

sed 's/linear + rbf/linear + rbt/' head.toml > wrong.toml
"$FADE" run wrong.toml --overwrite > out 2> err
check "a kernel that is none is refused with its letter" grep -q 'letter 10, "rbt": a kernel must stand here' err
echo "1..$number"

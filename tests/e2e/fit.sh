#!/usr/bin/env bash
# fit.sh - fade fit as people meet it: a law fitted to a CSV file and to NASA's cells, its values put into a scenario.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
cd "$work" || exit

python3 - > rows.csv <<'PY'
print("cell,cycle,capacity_ah")
for cell, c in (("a", 2e-3), ("b", 3e-3)):
    for n in range(1, 201):
        print(f"{cell},{n},{2 * (1 - c * n ** 0.8)!r}")
PY
cat > fit.toml << 'TOML'
[run]
name = "two cells"
[cell]
nominal_capacity = "2 Ah"
initial_capacity = "2 Ah"
[source]
plugin = "csv"
path   = "rows.csv"
[[physics]]
plugin = "power-law"
TOML

# tells WHAT EXPRESSION ARG.. - ok when it holds of v as `fade fit ARG.. --json` says.
tells() {
    local what=$1 expression=$2
    shift 2
    "$FADE" fit "$@" --json > v.json 2> err
    check "$what" python3 -c 'import json, sys
v = json.load(open("v.json"))
f = v["fits"]
sys.exit(0 if eval("(" + sys.argv[1] + ")") else json.dumps(v)[:800])' "$expression"
}
tells "each cell has its own values" 'len(f) == 2 and f[0]["cell"] == "a" and f[1]["cell"] == "b"
    and abs(f[0]["parameters"][0]["value"] - 2e-3) < 1e-9 and abs(f[1]["parameters"][0]["value"] - 3e-3) < 1e-9
    and abs(f[0]["parameters"][1]["value"] - 0.8) < 1e-7 and f[0]["rmse"] < 1e-9' fit.toml -p c -p z
tells "one cell by name" 'len(f) == 1 and f[0]["cell"] == "b"' fit.toml -p c -p z --cell b
tells "all cells as one" 'len(f) == 1 and f[0]["cell"] is None and f[0]["values"] == 400' fit.toml -p c -p z --pooled
tells "intervals three ways" 'all(p["lower"] < p["value"] < p["upper"] and p["profile_lower"] < p["value"]
    < p["profile_upper"] and p["bootstrap_lower"] <= p["bootstrap_upper"] for p in f[0]["parameters"])' \
    fit.toml -p c -p z --pooled --profile --bootstrap 50
check "the values are written" "$FADE" fit fit.toml -p c -p z -o fitted.toml
check "as a piece of a scenario that says where they are from" \
    grep -q '^# c: fitted to a (200 values of capacity, 95 %: ' fitted.toml
check "that a scenario takes" "$FADE" params import fit.toml fitted.toml -o new.toml
check "and runs with" "$FADE" run new.toml --out run --quiet
check "to the measured capacities" python3 -c 'import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
worst = max(abs(float(r["capacity_ah"]) - float(r["physics_capacity_ah"])) for r in rows)
sys.exit(0 if len(rows) == 400 and worst < 1e-8 else f"{len(rows)} {worst}")' run/rows.csv
"$FADE" fit fit.toml -p c~2e-3+-1e-3 -p z~0.7+-0.2 --cell a --sequential particle --noise 0.002 --json > v.json
check "particles learn row by row" python3 -c 'import json, sys
v = json.load(open("v.json"))["cells"][0]
last, first = v["rows"][-1]["parameters"], v["rows"][5]["parameters"]
sys.exit(0 if len(v["rows"]) == 200 and abs(last[1][1] - 0.8) < 0.05
    and last[1][2] - last[1][0] < first[1][2] - first[1][0]
    and v["rmse_one_ahead"] < v["rmse_persistence"] and v["log_evidence"] > 800 else v["rows"][-1])'
check "and an ensemble" sh -c '"$0" fit fit.toml -p c~2e-3+-1e-3 -p z~0.7+-0.2 --cell a --sequential ensemble \
    --noise 0.002 | grep -q "200 values of capacity as they came, by ensemble"' "$FADE"
tells "own and shared parameters in one fit" 'len(f) == 2 and abs(f[0]["parameters"][0]["value"] - 2e-3) < 1e-8
    and abs(f[1]["parameters"][0]["value"] - 3e-3) < 1e-8
    and f[0]["parameters"][1]["value"] == f[1]["parameters"][1]["value"]
    and f[0]["parameters"][0]["own"] and not f[0]["parameters"][1]["own"]' fit.toml -p c -p z --own c
fails "own what is not fitted" 4 "only what is fitted" "$FADE" fit fit.toml -p c -p z --own k
fails "a mistyped parameter" 4 "has no parameter initial_m, did you mean initial_n" "$FADE" fit fit.toml -p initial_m
fails "nothing to fit" 2 "name what to fit" "$FADE" fit fit.toml
fails "a cell that is not there" 4 "has no cell B0006" "$FADE" fit fit.toml -p c --cell B0006
fails "a source that measures nothing" 4 "has no measured rows" \
    "$FADE" fit fit.toml -p c --set 'source={ plugin = "constant" }'
fails "bounds that are none" 4 "bounds are LEAST..MOST" "$FADE" fit fit.toml -p c=3

cat > model.lua << 'LUA'
return {
    cell = { nominal_capacity = 2, initial_capacity = 2 },
    source = { plugin = "csv", path = "rows.csv" },
    physics = {
        name = "mine",
        parameters = { c = { value = 1e-3, unit = "1", min = 1e-6, max = 1 } },
        state = { n = 0 },
        outputs = { loss = { unit = "1", min = 0, max = 1 } },
        step = function(x, _, p, dt)
            return { n = x.n + dt }, { loss = math.min(1, p.c * (x.n + dt) ^ 0.8) }
        end,
    },
}
LUA
tells "a law in Lua is fitted like any" 'abs(f[0]["parameters"][0]["value"] - 2e-3) < 1e-8' model.lua -p c

# A fit plays no rows behind those it is fitted to: rows of cells that come by turns are the same rows.
python3 - << 'PY'
import random
random.seed(3)
rows = [[f"t{c},{n},{2 * (1 - (2e-3 + 1e-3 * c) * n ** 0.6) + random.gauss(0, 0.002)!r}" for n in range(1, 81 + 20 * c)]
        for c in range(2)]
turns = [rows[c][n] for n in range(100) for c in range(2) if n < len(rows[c])]
for name, all in (("apart", rows[0] + rows[1]), ("turns", turns)):
    open(name + ".csv", "w").write("\n".join(["cell,cycle,capacity_ah"] + all) + "\n")
    open(name + ".toml", "w").write(f'[cell]\nnominal_capacity = 2\n[source]\nplugin = "csv"\npath = "{name}.csv"\n'
                                    '[[physics]]\nplugin = "power-law"\n')
PY
for name in apart turns; do
    "$FADE" fit $name.toml -p c -p z --fraction 0.5 --json > $name.json 2> err || cat err
    "$FADE" fit $name.toml -p c -p z --own c --fraction 0.5 --json >> $name.json 2> err || cat err
done
same "cells that come by turns are fitted as cells that lie apart" apart.json turns.json

if [ -e "$FADE_DATA/nasa/B0005.mat" ]; then
    cat > nasa.toml << TOML
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "nasa"
path   = "$FADE_DATA/nasa/B0005.mat"
[[physics]]
plugin = "power-law"
TOML
    tells "B0005, first half: the law beside the straight line" 'f[0]["values"] == 84 and f[0]["later_values"] == 84
        and abs(f[0]["later_rmse_line"] - 0.046) < 0.001 and f[0]["rmse"] < 0.019' nasa.toml -p c -p z --fraction 0.5
else
    skip "B0005, first half: the law beside the straight line" "no NASA data in $FADE_DATA"
fi
echo "1..$number"

#!/usr/bin/env bash
# explain.sh - what each feature adds to a saved model's predictions: adds up for every corrector, in every format, the
# same in pieces, as a table and a picture, and from Lua.
# uncounted: what it runs is counted in test_explain
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
store=$PWD/tests/models
cd "$work" || exit

python3 - > cells.csv <<'PY'
print("cell,cycle,capacity_ah,rest,charge_cc_time_s")
for cell, c in (("a", 2e-3), ("b", 3e-3), ("c", 2.5e-3), ("d", 2.2e-3)):
    for n in range(1, 91):
        rest = 3600 * (n * 7919 % 7)
        ah = 2 * (1 - c * n ** 0.8) + 3e-6 * rest * (1 - n / 200)
        print(f"{cell},{n},{ah!r},{rest},{1700 * ah + 2 * (n * 31 % 41 - 20)}")
PY
cat > base.toml << 'TOML'
[run]
name = "cells"
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "csv"
path   = "cells.csv"
[[physics]]
plugin = "power-law"
TOML
cat > learn.toml << 'TOML'
base = "base.toml"
[source]
cells = ["a", "b", "d"]
[corrector]
features = ["cycle", "cycle_sqrt", "rest"]
scope    = "pooled"
TOML
cat > adds.py << 'PY'
import csv, sys
names = ["contribution_%s_ah" % f for f in ("cycle", "cycle_sqrt", "rest")]
rows = list(csv.DictReader(open(sys.argv[1])))
worst = max(abs(float(r["base_ah"]) + sum(float(r[n]) for n in names) - float(r["correction_ah"])) for r in rows)
moved = {n: sum(abs(float(r[n])) for r in rows) / len(rows) for n in names}
sampled = "sampling_error_ah" in rows[0]
good = len(rows) == 90 and worst < 1e-9 and sum(m > 1e-4 for m in moved.values()) >= 2
good = good and sampled == (sys.argv[2] == "sampled")
sys.exit(0 if good else f"{worst} {moved} {sampled}")
PY

# ---- every corrector ----
declare -A how=([ridge]=told [polynomial]=told [xgboost]=told [gp]=sampled [mlp]=sampled [lstm]=sampled [trend]=sampled)
for plugin in ridge polynomial xgboost gp mlp lstm trend; do
    if ! "$FADE" plugin list 2> /dev/null | grep -q "^ *$plugin "; then
        skip "$plugin" "not built here"
        continue
    fi
    "$FADE" train learn.toml --save "m-$plugin" --set "corrector.plugin=$plugin" -q > /dev/null
    "$FADE" predict "m-$plugin" base.toml --set source.cell=c --explain -o "$plugin.csv" 2> "$plugin.said"
    if [ "$plugin" = trend ]; then                # takes only what helps, the rest adds nothing
        check "trend: base and contributions are the correction" python3 -c 'import csv, sys
rows = list(csv.DictReader(open("trend.csv")))
worst = max(abs(sum(float(v) for k, v in r.items() if k == "base_ah" or k.startswith("contribution_"))
    - float(r["correction_ah"])) for r in rows)
sys.exit(0 if worst < 1e-9 else worst)'
    else
        check "$plugin: base and contributions are the correction" python3 adds.py "$plugin.csv" "${how[$plugin]}"
    fi
done
check "who tells says so" grep -q "ridge tells them itself" ridge.said
check "what is sampled says how, from what seed, and how sure it is" \
    grep -qE "128 orders of the features, seed 42, behind 32 rows of training: standard error [0-9.e-]+ Ah, at" gp.said
"$FADE" predict m-gp base.toml --set source.cell=c -o plain.csv 2> /dev/null
check "the predictions themselves are the same" cmp <(cut -d, -f1-12 gp.csv) plain.csv
"$FADE" predict m-gp base.toml --set source.cell=c --explain --permutations 6000 -o more.csv 2> /dev/null
check "more orders come to the same within the error that was told" python3 -c 'import csv, sys
few, many = (list(csv.DictReader(open(f))) for f in ("gp.csv", "more.csv"))
far = max(abs(float(a[k]) - float(b[k])) / (float(a["sampling_error_ah"]) + 1e-12) for a, b in zip(few, many) for k in a
    if k.startswith("contribution_"))
less = sum(float(b["sampling_error_ah"]) for b in many) / sum(float(a["sampling_error_ah"]) for a in few)
sys.exit(0 if far < 5 and less < 0.4 else f"{far} {less}")'
for plugin in gp lstm; do
    "$FADE" predict "m-$plugin" base.toml --explain --batch 7 -o pieces.csv 2> /dev/null
    "$FADE" predict "m-$plugin" base.toml --explain -o whole.csv 2> /dev/null
    same "$plugin: pieces of one cell or of all, the same bytes" pieces.csv whole.csv
done
"$FADE" predict m-gp base.toml --set source.cell=c --set run.seed=7 --explain -o seed.csv 2> said
check "another seed, other orders" grep -q "seed 7," said
check "and other numbers" [ "$(cmp seed.csv gp.csv > /dev/null; echo $?)" = 1 ]
"$FADE" train learn.toml --save each --set corrector.plugin=ridge --set corrector.scope=cell -q > /dev/null
"$FADE" predict each base.toml --explain -o each.csv 2> /dev/null
check "one model a cell, and of a cell without one nothing is told" python3 -c 'import csv, sys
rows = list(csv.DictReader(open("each.csv")))
worst = max(abs(sum(float(v) for k, v in r.items() if k == "base_ah" or k.startswith("contribution_"))
    - float(r["correction_ah"])) for r in rows)
c = [r for r in rows if r["cell"] == "c"]
sys.exit(0 if worst < 1e-9 and len(c) == 90 and all(float(r["contribution_rest_ah"]) == 0 for r in c) else worst)'

# ---- formats ----
"$FADE" predict m-gp base.toml --set source.cell=c --explain --json > c.json 2> /dev/null
"$FADE" predict m-gp base.toml --set source.cell=c --explain -o c.jsonl 2> /dev/null
check "JSON, JSON lines and CSV tell the same" python3 -c 'import csv, json, sys
a, b = json.load(open("c.json")), [json.loads(l) for l in open("c.jsonl")]
c = list(csv.DictReader(open("gp.csv")))
sys.exit(a != b or any(x["contribution_rest_ah"] != float(y["contribution_rest_ah"]) for x, y in zip(a, c)))'
"$FADE" predict m-gp base.toml --explain -o p.parquet 2> /dev/null
check "Parquet has the columns" grep -q "contribution_cycle_sqrt_ah" p.parquet
"$FADE" predict m-ridge base.toml --explain --format table --where "cycle < 21" > table.out 2> /dev/null
check "a table of the first rows" grep -qE "^cell +cycle +correction +base +(cycle|rest|cycle_sqrt) " table.out
check "and how many more there are" grep -q "^and 50 rows more: -o FILE has them all" table.out
if command -v gnuplot > /dev/null; then
    "$FADE" predict m-gp base.toml --set source.cell=c --explain -o x.csv --figure many.svg 2> /dev/null
    check "a picture of many rows" grep -q "contribution\|Contribution" many.svg
    "$FADE" predict m-gp base.toml --set source.cell=c --explain --json --where "cycle == 60" --figure one.svg \
        > /dev/null 2>&1
    check "and of one" grep -q "cycle 60: correction by gp" one.svg
else
    skip "a picture" "no gnuplot"
fi

# ---- no target, no law ----
"$FADE" train learn.toml --ask estimate --physics none --feature charge_cc_time --feature cycle --save seen \
    --set corrector.plugin=xgboost -q > /dev/null 2>&1 ||
    "$FADE" train learn.toml --ask estimate --physics none --feature charge_cc_time --feature cycle --save seen \
        --set corrector.plugin=gp -q > /dev/null
cut -d, -f1,2,4,5 cells.csv > unmeasured.csv
"$FADE" predict seen unmeasured.csv --explain -o seen.csv 2> /dev/null
check "without a law the contributions are of the estimate" python3 -c 'import csv, sys
rows = list(csv.DictReader(open("seen.csv")))
worst = max(abs(float(r["base_ah"]) + float(r["contribution_charge_cc_time_ah"]) + float(r["contribution_cycle_ah"])
    - float(r["total_ah"])) for r in rows)
sys.exit(0 if len(rows) == 270 and worst < 1e-9 and 1.7 < float(rows[0]["base_ah"]) < 2 else worst)'

# ---- what does not go together ----
fails "orders without contributions" 2 "say --explain, too" "$FADE" predict m-gp base.toml --permutations 8
fails "orders of a plugin that needs none" 2 "ridge tells its contributions itself" \
    "$FADE" predict m-ridge base.toml --explain --permutations 8
fails "an odd number of orders" 2 "an even number from 2" "$FADE" predict m-gp base.toml --explain --permutations 7
fails "a picture of nothing" 2 "say --explain, too" "$FADE" predict m-gp base.toml --figure x.svg
fails "a table of nothing" 2 "say --explain, too" "$FADE" predict m-gp base.toml --format table
fails "a table as a file" 2 "a file is .csv" "$FADE" predict m-gp base.toml --explain --format table -o x.csv
fails "a model that holds no rows of its training" 4 "train it again" \
    "$FADE" predict "$store/v1-fleet-gp" "$store/fleet/rows.csv" --explain
check "but one that tells its own is explained" \
    "$FADE" predict "$store/v1-fleet-ridge" "$store/fleet/rows.csv" --explain -o kept.csv
[ -e x.csv ] && rm x.csv

# ---- Lua ----
cat > explain.lua << 'LUA'
local fade = require "fade"
local t = fade.predict("m-gp", "base.toml", { explain = true, permutations = 64, set = { ["source.cell"] = "c" } })
local worst = 0
for i = 1, #t do
    local sum = t.base_ah[i] + t.contribution_cycle_ah[i] + t.contribution_cycle_sqrt_ah[i] + t.contribution_rest_ah[i]
    worst = math.max(worst, math.abs(sum - t.correction_ah[i]))
end
assert(#t == 90 and worst < 1e-9 and t.sampling_error_ah[90] >= 0, worst)
local m = fade.model.load("m-ridge")
local r = m:predict("base.toml", { explain = true })
assert(r.contribution_rest_ah and not pcall(function() return r.sampling_error_ah end))
assert(not pcall(fade.predict, "m-gp", "base.toml", { permutations = 8 }))
local ok, said = pcall(fade.predict, "m-gp", "base.toml", { explain = true, permutations = 7 })
assert(not ok and said:find("even number"))
print("fine")
LUA
"$FADE" lua explain.lua > lua.said 2>&1
check "the same in Lua" grep -q fine lua.said
echo "1..$number"

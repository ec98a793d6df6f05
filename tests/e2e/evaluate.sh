#!/usr/bin/env bash
# evaluate.sh - fade evaluate as people meet it: splits, scores that are worked out again from the rows, leaks refused.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
scenarios=$PWD/scenarios
cd "$work" || exit

# Six cells: a law with the wrong rate, and what a corrector can learn of temperature.
python3 - > rows.csv <<'PY'
import random
random.seed(3)
print("cell,cycle,capacity_ah,ambient_c,rest_s")
for cell in range(6):
    c = 1.5e-3 * (1 + 0.1 * cell)
    for n in range(1, 121):
        t = 20 + 10 * ((n // 7) % 2)
        rest = random.choice([3600, 3600, 3600, 100000])
        q = 2 * (1 - c * n ** 0.9) + 0.01 * (t - 25) / 5 + random.gauss(0, 0.002)
        print(f"c{cell},{n},{'' if n == 50 else repr(q)},{t},{rest}")
PY
cat > ev.toml << 'TOML'
[run]
name = "six cells"
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "csv"
path   = "rows.csv"
[[physics]]
plugin = "power-law"
[[corrector]]
plugin = "ridge"
features = ["cycle", "temperature_ambient"]
[evaluate]
split = "holdout:0.5"
TOML

# tells WHAT EXPRESSION ARG.. - ok when it holds of v, with m its models by name, as `fade evaluate ARG.. --json` says.
tells() {
    local what=$1 expression=$2
    shift 2
    "$FADE" evaluate "$@" --json > v.json 2> err
    check "$what" python3 -c 'import json, sys
v = json.load(open("v.json"))
m = {x["model"]: x for x in v["models"]}
h = m.get("power-law+ridge")
sys.exit(0 if eval("(" + sys.argv[1] + ")") else json.dumps(v)[:1500] + open("err").read())' "$expression"
}
tells "the scenario's split, the law, the hybrid and five naive ones" 'v["split"] == "holdout:0.5" and v["rows"] == 360
    and list(m) == ["power-law", "power-law+ridge", "persistence", "drift", "line", "mean", "mean of all"]
    and [m[k]["kind"] for k in m] == ["physics", "learnt"] + ["naive"] * 5' ev.toml
tells "every error has its name" 'all(k in h for k in ("rmse mae median_error max_error bias sd r2 mape smape mase "
    "theil_u1 theil_u2 directional_accuracy skill picp mpiw interval_score crps pit residuals rmse_lower").split())' \
    ev.toml
tells "a corrector that can help does, on every cell" 'h["rmse"] < 0.7 * m["power-law"]["rmse"]
    and h["better_cells"] == 6 and h["compared_cells"] == 6 and h["rmse_lower"] < h["rmse"] < h["rmse_upper"]' ev.toml
tells "by cell and by rows ahead" 'len(v["cells"]) == 6 and v["cells"][0]["cell"] == "c0" and
    [x["most"] for x in v["horizons"]] == [1, 5, 10, 20, 50, 100] and v["horizons"][0]["models"][0]["n"] == 6' ev.toml
tells "it ends in plain words" '"power-law+ridge: error smaller than that of " in v["words"]
    and "better than persistence on 6 of 6" in v["words"]
    and "than its own physics on 6 of 6" in v["words"]' ev.toml

# --- the rows, and the scores made of them once more
"$FADE" evaluate ev.toml --csv said.csv --json > v.json 2> err
cat > again.py << 'PY'
import csv, json, math, statistics, sys
v = json.load(open("v.json"))
rows = list(csv.DictReader(open("said.csv")))
measured = list(csv.DictReader(open("rows.csv")))
def near(a, b): return abs(a - b) <= 1e-9 * max(1, abs(b))
bad = []
known = {}
for r in measured:
    if int(r["cycle"]) <= 60 and r["capacity_ah"]:
        known.setdefault(r["cell"], []).append((int(r["cycle"]), float(r["capacity_ah"])))
for x in v["models"]:
    e = [float(r[x["model"]]) - float(r["target"]) for r in rows]
    t = [float(r["target"]) for r in rows]
    mean = sum(t) / len(t)
    scale = {c: sum(abs(b[1] - a[1]) for a, b in zip(k, k[1:])) / (len(k) - 1) for c, k in known.items()}
    said = {"rmse": math.sqrt(sum(d * d for d in e) / len(e)), "mae": sum(map(abs, e)) / len(e),
            "median_error": statistics.median(map(abs, e)), "max_error": max(map(abs, e)), "bias": sum(e) / len(e),
            "r2": 1 - sum(d * d for d in e) / sum((y - mean) ** 2 for y in t),
            "mape": 100 * sum(abs(d / y) for d, y in zip(e, t)) / len(e),
            "mase": sum(abs(d) / scale[r["cell"]] for d, r in zip(e, rows)) / len(e)}
    bad += [f'{x["model"]} {k} {x[k]} {s}' for k, s in said.items() if not near(x[k], s)]
    if x["kind"] == "learnt":
        k = x["model"]
        inside = [float(r[k + "_lower"]) <= float(r["target"]) <= float(r[k + "_upper"]) for r in rows]
        if not near(x["picp"], sum(inside) / len(inside)): bad.append("picp")
for r in rows:                                    # the naive ones know the first sixty rows and nothing else
    k = known[r["cell"]]
    n = int(r["cycle"])
    mx, my = sum(a for a, _ in k) / len(k), sum(b for _, b in k) / len(k)
    slope = sum((a - mx) * (b - my) for a, b in k) / sum((a - mx) ** 2 for a, _ in k)
    said = {"persistence": k[-1][1], "line": my + slope * (n - mx), "mean": my,
            "drift": k[-1][1] + (n - k[-1][0]) * (k[-1][1] - k[0][1]) / (k[-1][0] - k[0][0])}
    bad += [f'{r["cell"]} {n} {m}' for m, s in said.items() if not near(float(r[m]), s)]
    if int(r["rows_ahead"]) != n - 60: bad.append("rows ahead")
if len(rows) != 360: bad.append(str(len(rows)))
sys.exit("; ".join(bad[:5]) if bad else 0)
PY
check "scores and naive forecasts are those that Python makes of the rows" python3 again.py
"$FADE" evaluate ev.toml --json > w.json 2> err
"$FADE" evaluate ev.toml --json --set run.threads=1 --set run.tile=8 > x.json 2> err
same "the same seed gives the same bits" v.json w.json
same "whatever the tile and the threads" v.json x.json

# --- splits
tells "a rolling origin asks for each row once" 'v["folds"] == 12 and v["rows"] == 360
    and v["horizons"][-1]["most"] == 5' \
    ev.toml --split rolling:0.5/5
tells "the first rows" 'v["rows"] == 6 * 89 and v["split"] == "first:30"' ev.toml --split first:30
tells "cells left out, each known by its first value alone" 'v["folds"] == 6 and v["rows"] == 6 * 118
    and m["drift"]["n"] == 0 and m["persistence"]["n"] == v["rows"]' ev.toml --split cells
tells "groups as they are named" 'v["folds"] == 3 and v["cells"][1]["group"] == "c0"' \
    ev.toml --split groups --groups "c0 c1 c2; c3 c4; c5"
tells "random rows come with a warning" '"interpolation" in v["warning"] and 80 < v["rows"] < 210' \
    ev.toml --split random:0.2
tells "one cycle ahead, the last row is known to all" 'v["ask"] == "next" and m["persistence"]["rmse"] < 0.03
    and v["horizons"][0]["most"] == 1 and len(v["horizons"]) == 1' ev.toml --ask next
tells "a cell that is estimated was never measured" 'm["persistence"]["n"] == 0
    and m["line"]["n"] == v["rows"] == 6 * 119 and v["rival"] in ("line", "mean")' ev.toml --split cells --ask estimate
tells "rows chosen by an expression" 'v["rows"] < 200' ev.toml --where "temperature_ambient > 25"
tells "a law fitted in each fold" 'm["power-law"]["rmse"] < 0.04 and v["fitted"] == ["c", "z"]' ev.toml --fit c --fit z
tells "and to cells that are not left out" 'm["power-law"]["rmse"] < 0.05 and v["folds"] == 6' \
    ev.toml --fit c --fit z --split cells
tells "no law at all" 'list(m)[0] == "ridge" and m["ridge"]["kind"] == "learnt"' ev.toml --physics none
tells "what a feature is worth: the error with it shuffled" '{f["feature"]: f["importance"] > 0.001 for f in
    v["correctors"][0]["features"]} == {"cycle": True, "temperature_ambient": True, "rest": False}' \
    ev.toml --importance --set 'corrector.features=["cycle", "temperature_ambient", "rest"]'
check "beside what it adds (SHAP)" python3 -c 'import json, sys
f = {f["feature"]: f for f in json.load(open("v.json"))["correctors"][0]["features"]}
sys.exit(0 if all(x["shap_by"] == "plugin" and x["gain"] is None for x in f.values())
    and f["temperature_ambient"]["shap"] > 0.005 and f["rest"]["shap"] < 0.002 else f)'
if "$FADE" plugin show xgboost > /dev/null 2>&1; then
    tells "and of trees what it gained" 'abs(sum(f["gain"] for f in v["correctors"][0]["features"]) - 1) < 1e-9
        and {f["feature"]: f["gain"] > 0.2 for f in v["correctors"][0]["features"]}["temperature_ambient"]' \
        ev.toml --importance --set corrector.plugin=xgboost --set 'corrector.features=["rest", "temperature_ambient"]'
    check "in words" grep -qE "temperature_ambient +shuffled: RMSE .*; adds .* \(SHAP\); [0-9]+ % of the gain" \
        <("$FADE" evaluate ev.toml --importance --set corrector.plugin=xgboost)
else
    skip "and of trees what it gained" "xgboost is not built here"
fi
tells "of a polynomial exactly" 'all(f["shap_by"] == "plugin" and f["shap"] >= 0 for f in
    v["correctors"][0]["features"])' ev.toml --importance --set corrector.plugin=polynomial
tells "of others it is sampled" 'all(f["shap_by"] == "sampling" and f["shap"] >= 0 for f in
    v["correctors"][0]["features"])' ev.toml --importance --set corrector.plugin=gp
tells "a learning curve" 'len(v["correctors"][0]["learning_curve"]) >= 3
    and v["correctors"][0]["learning_curve"][-1]["trained_rows"] == 59
    and abs(v["correctors"][0]["learning_curve"][-1]["rmse"] - h["rmse"]) < 1e-12' ev.toml --learning-curve

tells "checks for leaks run with it" '{f["feature"]: f["verdict"] for f in v["correctors"][0]["checks"]["ruler"]}
    .keys() == {"cycle", "temperature_ambient"} and v["correctors"][0]["checks"]["p"] < 0.05' ev.toml
tells "unless they are not wanted" '"checks" not in v["correctors"][0]' ev.toml --no-checks

# A fit knows nothing of the rows asked for: whatever they hold, what is said of them is the same.
awk -F, -v OFS=, 'NR > 1 && $2 > 60 && $3 != "" { $3 = 1 } { print }' rows.csv > spoilt.csv
"$FADE" evaluate ev.toml --fit c --fit z --csv a.csv > /dev/null 2>&1
"$FADE" evaluate ev.toml --fit c --fit z --csv b.csv --set source.path=spoilt.csv > /dev/null 2>&1
same "rows behind the origin change nothing that is said of them" \
    <(cut -d, -f1-5,7- a.csv) <(cut -d, -f1-5,7- b.csv)

# Nor does a law driven by a measured temperature see a later one.
awk -F, -v OFS=, 'NR == 1 { print $0, "temperature_mean_degc"; next } { print $0, 25 + $2 % 5 }' rows.csv > warm.csv
awk -F, -v OFS=, 'NR > 1 && $2 > 60 { $6 = 59 } { print }' warm.csv > hot.csv
for rows in warm hot; do
    "$FADE" evaluate ev.toml --fit exponent --csv "$rows.said" --set source.path=$rows.csv \
        --set 'physics={ plugin = "wang2011" }' --set conditions.depth=1.0 --set conditions.c_rate=1.0 \
        --no-checks > /dev/null 2> err
done
check "a law driven by temperature said something" test -s warm.said
same "and no later temperature changes what a fitted law says" warm.said hot.said

# --- what people read
"$FADE" evaluate ev.toml > said.txt 2> err
check "the sheet has its tables" grep -q "RMSE by cell" said.txt
check "bands" grep -q "^power-law+ridge .*" <(sed -n '/90 % bands/,/^$/p' said.txt)
check "what is left" grep -q "D.-Watson" said.txt
check "the last lines are plain words" \
    grep -q "^power-law+ridge: error smaller than that of .*, the best of the naive forecasts" <(tail -1 said.txt)
"$FADE" evaluate ev.toml --figure scores.png > /dev/null 2> err
if command -v gnuplot > /dev/null; then
    check "a picture" test -s scores.png
else
    skip "a picture" "no gnuplot"
fi

# --- groups that a column says
awk -F, -v OFS=, 'BEGIN { of["cell"] = "batch"; of["c0"] = of["c3"] = "early"; of["c5"] = "late" }
    { print $0, ($1 in of) ? of[$1] : "mid" }' \
    rows.csv > batches.csv
tells "a column of words says which cells belong together" 'v["split"] == "groups" and v["folds"] == 3' \
    ev.toml --split groups --set source.path=batches.csv --set source.group_column=batch
"$FADE" evaluate ev.toml --split groups --set source.path=batches.csv --set source.group_column=batch --csv g.csv \
    > /dev/null 2>&1
check "each is left out as a whole" python3 -c 'import csv, sys
folds = {}
for r in csv.DictReader(open("g.csv")): folds.setdefault(r["fold"], set()).add(r["cell"])
sys.exit(0 if sorted(map(sorted, folds.values())) == [["c0", "c3"], ["c1", "c2", "c4"], ["c5"]] else folds)'
check "training on groups takes it too" "$FADE" train ev.toml --pooled --all --set source.path=batches.csv \
    --set source.group_column=batch --save grouped -q

# --- in Lua
cat > ev.lua << 'LUA'
local fade = require "fade"
local v = fade.evaluate("ev.toml", { split = "cells", fit = { "c", "z" }, importance = true, bootstrap = 100 })
assert(v.split == "cells" and v.folds == 6 and #v.models == 7 and v.models[2].model == "power-law+ridge")
assert(v.models[1].rmse < 0.05 and v.correctors[1].features[2].shap > 0)
assert(#v.correctors[1].features == 2 and v.words:find("best of the naive"))
for _, o in ipairs { { split = "cels" }, { ask = "nxt" }, { physics = "x" }, { splt = 1 } } do
    local good, said = pcall(fade.evaluate, "ev.toml", o)
    assert(not good and #said > 20)
end
print("all well")
LUA
check "the same in Lua" grep -q "all well" <("$FADE" lua ev.lua 2>&1)

# --- what is refused
fails "the answer, by name" 4 "is the answer itself" "$FADE" evaluate ev.toml --set 'corrector.features=["capacity"]'
fails "what a forecast cannot know" 4 "which a forecast beyond the origin does not know" \
    "$FADE" evaluate ev.toml --set 'corrector.features=["capacity_lag_1"]'
tells "while one cycle ahead knows it" 'h["n"] > 0' ev.toml --ask next --set 'corrector.features=["capacity_lag_1"]'
fails "a mistyped split" 4 'did you mean "holdout"' "$FADE" evaluate ev.toml --split hodlout:0.5
fails "a corrector that is not there" 4 "did you mean ridge" "$FADE" evaluate ev.toml --corrector rigde
fails "a law that is not there" 4 "has no physics 2" "$FADE" evaluate ev.toml --physics 2
fails "a parameter that is not there" 4 "has no parameter initial_m" "$FADE" evaluate ev.toml --fit initial_m
fails "one cell to leave out" 4 "there is one cell only" "$FADE" evaluate ev.toml --split cells --set source.cell=c1
fails "a picture of no kind" 2 "must end in .svg, .png or .pdf" "$FADE" evaluate ev.toml --figure scores.gif
fails "a run does not leave cells out" 4 "is for fade evaluate" "$FADE" run ev.toml --set 'evaluate.split="cells"'

# --- Ctrl-C keeps what is done
for seconds in 2 8 20; do                         # a slow machine has no fold done at first
    timeout -s INT $seconds "$FADE" evaluate ev.toml --split rolling:10/1 --fit c --fit z > stopped.txt 2> err
    code=$?
    grep -q "^stopped: " stopped.txt && break
done
if [ $code -eq 124 ] && grep -q "^stopped: [1-9][0-9]* of 110 folds are done" stopped.txt; then
    ok "Ctrl-C keeps the folds that are done"
elif [ $code -eq 0 ]; then
    skip "Ctrl-C keeps the folds that are done" "it was done too soon"
else
    bad "Ctrl-C keeps the folds that are done" "exit $code $(head -3 stopped.txt) $(cat err)"
fi

# --- a fleet whose targets are noise, and one that shows its wear
cat > fleet.toml << 'TOML'
[source]
plugin = "vehicles"
vehicles = 24
[[physics]]
plugin = "power-law"
[[corrector]]
plugin = "ridge"
scope = "pooled"
features = ["motor_vibration", "motor_temperature", "brake_pad_wear", "charge_cycles"]
TOML
for split in holdout:0.5 cells; do
    for target in rul failed failure_probability; do
        tells "noise has no skill: $target, $split" '"ridge: no better than" in v["words"]
            and (v["target"] != "failed" or 0.4 < m["ridge"]["classes"]["auc"] < 0.6)' \
            fleet.toml --physics none --ask estimate --target $target --split $split
    done
done
tells "planted wear is found on vehicles never seen" '"ridge: error smaller than that of" in v["words"]
    and m["ridge"]["better_cells"] > 12' fleet.toml --set 'source.signal="planted"' \
    --physics none --ask estimate --target rul --split cells
tells "planted failures too, with their base rate beside" 'm["ridge"]["classes"]["auc"] > 0.9
    and "ridge: error smaller" in v["words"]
    and m["mean of all"]["classes"]["auc"] < 0.6 and 0 < m["ridge"]["classes"]["base_rate"] < 1
    and sum(b["n"] for b in m["ridge"]["classes"]["reliability"]) == v["rows"]' \
    fleet.toml --set 'source.signal="planted"' --set 'source.life="2 days"' \
    --physics none --ask estimate --target failed --split cells

tells "a shipped scenario" 'h is None and m["xu2018+ridge"]["better_cells"] >= 3
    and m["xu2018+ridge"]["rmse"] < m["xu2018"]["rmse"]' \
    "$scenarios/virtual-fleet.toml" --split holdout:0.5

if [ -e "$FADE_DATA/percycle/nasa_pcoe.csv" ]; then
    cat > nasa.toml << TOML
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "csv"
path   = "$FADE_DATA/percycle/nasa_pcoe.csv"
[[physics]]
plugin = "power-law"
[[corrector]]
plugin = "ridge"
features = ["cycle"]
TOML
    tells "NASA, second half: the straight line as published, eleven cells" 'len(v["cells"]) == 11 and all(
        abs([x["rmse"] for x in c["models"] if x["model"] == "line"][0] - known) < 0.001
        for c, known in zip(v["cells"], (0.046, 0.186, 0.027)))' nasa.toml
    tells "ends of life: B0005 and B0006 as NASA has them, B0007 at least its 168 cycles" '
        [[x["observed"] or -x["observed_at_least"] for x in f["lives"]] for f in v["end_of_life"]
        if f["model"] == "line"][0][:3] == [125, 109, -168] and 0 <= v["end_of_life"][0]["concordance"] <= 1' \
        nasa.toml --set health.eol=0.7
    tells "and nothing is claimed that the cells do not show" '"power-law: no better than line" in v["words"]' \
        nasa.toml
else
    skip "NASA, second half: the straight line as published, eleven cells" "no NASA data in $FADE_DATA"
fi
echo "1..$number"

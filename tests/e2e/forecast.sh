#!/usr/bin/env bash
# forecast.sh - fade forecast as people meet it: cells whose law is known, in words, JSON, CSV and a picture.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
cd "$work" || exit

python3 - > rows.csv <<'PY'
import random
random.seed(3)
print("cell,cycle,capacity_ah")
for cell, c in (("a", 2e-3), ("b", 3e-3), ("d", 2.5e-3)):
    for n in range(1, 121):
        print(f"{cell},{n},{2 * (1 - c * n ** 0.8) + random.gauss(0, 0.004)!r}")
PY
cat > life.toml << 'TOML'
[run]
name = "three cells"
threads = 1
[cell]
nominal_capacity = "2 Ah"
[health]
eol = 0.9
[source]
plugin = "csv"
path   = "rows.csv"
[[physics]]
plugin = "power-law"
TOML

# tells WHAT EXPRESSION ARG.. - ok when it holds of v as `fade forecast ARG.. --json` says.
tells() {
    local what=$1 expression=$2
    shift 2
    "$FADE" forecast "$@" --json > v.json 2> err
    check "$what" python3 -c 'import json, sys
v = json.load(open("v.json"))
c = v["cells"]
sys.exit(0 if eval("(" + sys.argv[1] + ")") else json.dumps(v)[:800])' "$expression"
}
tells "the second half from the first, in bands" 'len(c) == 3 and c[0]["known"] == 60 and len(c[0]["rows"]) == 60
    and all(r["lower_90"] <= r["lower_50"] <= r["median"] <= r["upper_50"] <= r["upper_90"] for r in c[0]["rows"])
    and sum(x["scores"]["picp_90"] for x in c) / 3 > 0.6 and all(x["scores"]["rmse"] < 0.04 for x in c)' \
    life.toml --origin 0.5 --samples 60
tells "parts of the variance are apart" 'all(r["variance_physics"] > 0 and r["variance_corrector"] == 0
    and r["variance_noise"] > 0 for r in c[1]["rows"])' life.toml --origin 60 --samples 60
tells "how wrong such laws are elsewhere widens bands, more the farther" '
    all(x["rows"][0]["variance_error"] > 0 and x["rows"][59]["variance_error"] > 9 * x["rows"][0]["variance_error"]
    for x in c) and len(v["end_of_life_pit"]["tenths"]) == 10' life.toml --origin 60 --samples 60
cp v.json with.json
tells "and can be left out" 'all(r["variance_error"] <= q["variance_error"] and r["lower_90"] >= q["lower_90"]
    for x, y in zip(c, json.load(open("with.json"))["cells"]) for r, q in zip(x["rows"], y["rows"]))' \
    life.toml --origin 60 --samples 60 --error none
tells "an end that is not reached is null, with at least" 'all(p["rul_rows"] is None and p["cycle"] is None
    for p in c[0]["end_of_life"]["percentiles"]) and c[0]["end_of_life"]["at_least_rows"] == 15
    and c[0]["end_of_life"]["reached"] == 0' life.toml --origin 40 --horizon 15 --samples 60 --set health.eol=0.5
tells "an end that is reached has percentiles that rise" '
    [p["rul_rows"] for p in c[1]["end_of_life"]["percentiles"][:4]]
    == sorted(p["rul_rows"] for p in c[1]["end_of_life"]["percentiles"][:4])
    and c[1]["end_of_life"]["within"][0]["probability"] <= c[1]["end_of_life"]["within"][1]["probability"]' \
    life.toml --origin 50 --until-eol --within 2 --within 9 --samples 60
tells "on behind the last row" 'c[0]["known"] == 120 and len(c[0]["rows"]) == 30 and c[0]["rows"][-1]["cycle"] == 150' \
    life.toml --horizon 30 --samples 60 -f c -f z
"$FADE" forecast life.toml --origin 0.5 --samples 60 --csv out.csv --figure out.svg > said 2> err
check "the end of life has a unit" grep -q 'the end of life ([0-9.]* Ah)' said
check "it says how the bands did" grep -q 'bands: PICP 90 %: [0-9.]*, 50 %: [0-9.]*; MPIW' said
check "rows as CSV" python3 -c 'import csv, sys
r = list(csv.DictReader(open("out.csv")))
sys.exit(0 if len(r) == 360 and set(x["known"] for x in r) == {"0", "1"}
    and float(r[100]["lower_90"]) < float(r[100]["median"])
    else len(r))'
if command -v gnuplot > /dev/null; then
    check "a picture, its end of life with a unit" grep -q 'end of life, [0-9.]* Ah' out.svg
else
    skip "a picture" "no gnuplot"
fi
"$FADE" forecast life.toml --origin 0.5 --samples 60 --json > 1.json
"$FADE" forecast life.toml --origin 0.5 --samples 60 --json --set run.tile=8 > 2.json
check "no tile changes it" cmp 1.json 2.json
tells "a corrector that has nothing to learn from at earlier origins" 'v["corrector"] == "ridge"
    and all(abs(r["physics"] + r["correction"] - r["median"]) < 1e-12 for r in c[0]["rows"])' life.toml --origin 16 \
    --samples 20 --set 'corrector={ plugin = "ridge", features = ["cycle"] }' --set evaluate.split.fraction=0.5
# --- whose rows tell how wide the bands are
for cells in 3 13; do
    python3 - "$cells" > "many-$cells.csv" << 'PY'
import random, sys
random.seed(5)
print("cell,cycle,capacity_ah")
for cell in range(int(sys.argv[1])):
    for n in range(1, 61):
        print(f"cell-{cell},{n},{2 * (1 - (2 + cell / 10) * 1e-3 * n ** 0.8) + random.gauss(0, 0.004)!r}")
PY
    sed "s/rows.csv/many-$cells.csv/" life.toml > "many-$cells.toml"
    case $cells in 3) by=known ;; *) by=others ;; esac
    tells "$cells cells, automatically: by $by" "v['calibrated_by'] == '$by'" \
        "many-$cells.toml" --origin 0.5 --samples 20 --calibrate auto
done
"$FADE" forecast many-3.toml --origin 0.5 --samples 20 --calibrate auto > said 2> err
check "two other cells are too few, and it says so" test $? = 0
check "known rows are told" grep -q "fewer than 12 other cells.*bands are calibrated on known rows" err

fails "an origin that is none" 2 "a share of each cell's rows" "$FADE" forecast life.toml --origin 1.5
fails "too few known rows" 4 "too few" "$FADE" forecast life.toml --origin 4
fails "a parameter nobody knows" 4 "has no parameter q" "$FADE" forecast life.toml -f q
fails "a corrector nobody knows" 4 "has no [corrector] ridg" "$FADE" forecast life.toml --corrector ridg
fails "a picture of another kind" 2 "must end in .svg, .png or .pdf" \
    "$FADE" forecast life.toml --samples 20 --figure a.jpg
cat > f.lua << 'LUA'
local fade = require "fade"
local f = fade.forecast("life.toml", { origin = 40, samples = 60, within = 5 })
assert(f.cells[1].known == 40 and f.cells[1].rows[1].lower_90 < f.cells[1].rows[1].upper_90)
local g = fade.forecast("life.toml", { origin = 40, samples = 60, error = "none" })
assert(f.cells[1].rows[40].lower_90 < g.cells[1].rows[40].lower_90)
assert(f.cells[1].end_of_life.within[1].rows == 5)
assert(not pcall(fade.forecast, "life.toml", { origin = 1.5 }))
print("fine")
LUA
check "from Lua" test "$("$FADE" lua f.lua 2> err)" = fine
echo "1..$number"

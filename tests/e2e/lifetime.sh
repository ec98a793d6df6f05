#!/usr/bin/env bash
# lifetime.sh - fade lifetime as people meet it: laws by name, scenarios, fleets, refusals, pictures.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
scenarios=$PWD/scenarios
cd "$work" || exit

# tells WHAT EXPRESSION ARG.. - ok when it holds of v, l (lives) and f (fleets) as `fade lifetime ARG.. --json` says.
tells() {
    local what=$1 expression=$2
    shift 2
    "$FADE" lifetime "$@" --json > v.json 2> err
    check "$what" python3 -c 'import json, math, sys
v = json.load(open("v.json"))
l, f = v["lives"], v["fleets"]
sys.exit(0 if eval("(" + sys.argv[1] + ")") else json.dumps(v)[:800])' "$expression"
}
says() {
    local what=$1 expected=$2 said
    shift 2
    said=$("$FADE" lifetime "$@" 2> err) || said+=" failed"
    if [[ $said == *"$expected"* ]]; then ok "$what"; else bad "$what" "$said $(cat err)"; fi
}

# --- laws by name
tells "exp-fade ends behind ln(1/0.8) t / (k T) cycles" \
    'abs(l[0]["end_of_life_crossing"] - math.log(1 / 0.8) * 3690 / (0.13 * 32.57)) < 1e-3
     and abs(l[0]["formula_cycles"] - math.log(1 / 0.8) * 3690 / (0.13 * 32.57)) < 1e-9' \
    --physics exp-fade temperature="32.57 degC" charge_time=3690
tells "power-law too, to another end" 'abs(l[0]["end_of_life_crossing"] - 3e3) < 1e-3 and v["end_of_life"] == 0.7' \
    --physics power-law c=1e-4 z=1 --eol 0.7
tells "half the depth is half the charge; a row may take a week" \
    'l[0]["end_of_life_cycle"] == 2001 and abs(l[0]["end_of_life_efc"] - 1000.5) < 1e-6
     and abs(l[0]["end_of_life_years"] - 2001 * 7 / 365) < 1e-9' \
    --physics power-law c=1e-4 z=1 depth=0.5 duration="7 days"
tells "RUL from a cycle on" 'l[0]["rul_cycles"] == 1501 and l[0]["rul_at_least"] is None and v["now"] == 500' \
    --physics power-law c=1e-4 z=1 --now 500
tells "a horizon is no end: null and at least" 'l[0]["rul_cycles"] is None and l[0]["rul_at_least"] == 90
     and l[0]["end_of_life_cycle"] is None and l[0]["end_of_life_cycle_at_least"] == 100' \
    --physics power-law c=1e-4 z=1 --cycles 100 --now 10
says "fifty years are the most" "the run ended by 50 years" --physics power-law c=1e-9 z=1
says "and a million cycles" "at least 1000000 cycles" --physics power-law c=1e-9 z=1 duration="1 s"
says "two laws side by side" "wang2011" --physics xu2018 --physics wang2011 temperature="30 degC" depth=0.8
tells "a table at the cycles asked for" '[round(p["soh_ratio"], 12) for p in l[0]["points"]] == [0.99, 0.9]
     and l[0]["points"][1]["capacity_ah"] == 1.8' \
    --physics power-law c=1e-4 z=1 initial_capacity=2 nominal_capacity=2 --at 100 --at 1000
tells "by resistance" 'v["health"] == "SoH_R" and v["end_of_life"] == 0 and l[0]["end_of_life_cycle"] > 500' \
    --physics schmalstieg2014 --by resistance
fails "a mistyped key has its neighbour" 2 'did you mean "charge_time"?' \
    "$FADE" lifetime --physics exp-fade charg_time=3
fails "a mistyped law too" 5 "did you mean 'exp-fade'?" "$FADE" lifetime --physics exp-fad
fails "a wrong unit is refused" 4 "--set" "$FADE" lifetime --physics exp-fade temperature="3 Ah"
fails "nothing to run" 2 "a scenario is wanted" "$FADE" lifetime
fails "words that are no conditions" 2 "KEY=VALUE" "$FADE" lifetime --physics exp-fade life.toml
fails "a horizon that is none" 2 "is no horizon" "$FADE" lifetime --physics exp-fade --within "8 parsecs"
fails "a cycle that is none" 2 "wants a whole number" "$FADE" lifetime --physics exp-fade --now -3
fails "a SoH nobody tells" 4 "SoH_E is not told" "$FADE" lifetime --physics exp-fade --by energy
fails "a law that gives up is a failure" 3 "only above 0 degC" "$FADE" lifetime --physics exp-fade temperature="-3 degC"

# --- fleets
tells "a spread of k spreads lives; half have ended by the median's" \
    'f[0]["ended"] == 400 and abs(f[0]["percentiles"][2]["cycles"] - math.log(1.25) * 3600 / (0.13 * 25)) < 4
     and f[0]["percentiles"][0]["cycles"] < 230 and f[0]["percentiles"][4]["cycles"] > 270
     and f[0]["weibull"]["cycles"]["shape"] > 5 and 0 < f[0]["within"][0]["lower"] < f[0]["within"][0]["probability"]' \
    --physics exp-fade --fleet 400 k="{ mean = 0.13, sd = 0.013 }" --within "240 days"
k=$(python3 -c 'print([0.1 * (1 + 0.01 * (i % 7)) * (2 if i == 12 else 1) for i in range(30)])')
tells "one that fades twice as fast is found early" \
    '[c["cell"] for c in f[0]["early_warning"]["cells"]] == ["cell-13"] and f[0]["early_warning"]["cycle"] == 30' \
    --physics exp-fade --fleet 30 k="$k" --early 30
for j in 1 2; do
    "$FADE" lifetime --physics exp-fade --fleet 50 k="{ mean = 0.13, sd = 0.013 }" -j $j --json > "$j.json"
done
same "the same fleet from the same seed, for any threads" 1.json 2.json

tells "of many cells not every row is looked at; lives are as exact" \
    'f[0]["cells"] == 3000 and all(abs(x["end_of_life_crossing"] - math.log(1.25) * 3600 / (0.13 * 25)) < 0.02
     and x["end_of_life_cycle"] == 248 for x in l) and v["lives_cut"] and f[0]["weibull"]["cycles"]["reason"]' \
    --physics exp-fade --fleet 3000

# --- scenarios
tells "the example: a warranty of 8 years, a shelf of spares" \
    'f[0]["ended"] == 200 and 0.1 < f[0]["within"][0]["probability"] < 0.5 and f[0]["within"][1]["probability"] == 1
     and 7 < f[0]["percentiles"][0]["years"] < f[0]["percentiles"][4]["years"] < 10' \
    "$scenarios/fleet-life.toml" --within "8 years" --within "10 years"
tells "any scenario; its stops hold" 'l[0]["end_of_life_cycle"] == 1733 and l[0]["reason"]' "$scenarios/minimal.toml"
tells "--cycles goes on behind them no further" 'l[0]["rul_at_least"] == 40' "$scenarios/minimal.toml" --cycles 40
cat > f.lua << 'END'
return { run = { cycles = 400 }, cell = { nominal_capacity = 2 }, source = { plugin = "constant", cells = 2 },
         conditions = { voltage_mean = function() return 3.6 end },
         physics = { plugin = "power-law", c = 1e-3, z = 1 } }
END
tells "Lua's too" '[x["end_of_life_cycle"] for x in l] == [201, 201]' f.lua
if [ -e "$FADE_DATA/nasa/B0005.mat" ]; then
    tells "B0005: its measured life is told, and how far the law is off" \
        '{x["model"]: x for x in l}["measured"]["end_of_life_cycle"] == 125
         and {x["model"]: x for x in l}["exp-fade"]["end_of_life_error_cycles"] > 0' \
        "$scenarios/nasa-b0005.toml" --cycles 400 --now 84
else
    skip "B0005" "no $FADE_DATA/nasa"
fi

tells "a combined law keeps its name, whatever is in it" '[x["model"] for x in l] == ["sam + wang"]' \
    "$scenarios/minimal.toml" --cycles 40 \
    --set 'physics=[{name="sam + wang",combine="add",parts=[{plugin="sam-calendar"},{plugin="wang2011"}]}]'

# --- what people see
if command -v gnuplot > gnuplot.txt; then
    check "a picture" "$FADE" lifetime --physics xu2018 --quiet --plot life.svg
    check "is one" grep -q "end of life, 80 %" life.svg
    check "over years" "$FADE" lifetime --physics xu2018 --fleet 20 --quiet --plot years.svg --x years
    check "says so" grep -q "Time / years" years.svg
    fails "over what there is not" 2 "cycle|years" "$FADE" lifetime --physics xu2018 --plot life.svg --x loss
    fails "of a kind there is" 2 ".svg, .png or .pdf" "$FADE" lifetime --physics xu2018 --plot life.bmp
else
    skip "a picture" "no gnuplot"
fi
"$FADE" run "$scenarios/minimal.toml" --cycles 60 --set run.stop=60\ cycles --quiet --out short > run.txt 2>&1
check "fade show says at least, too" grep -q "at least 60" <("$FADE" show short --ascii)
check "and in JSON" python3 -c 'import json, sys
c = json.load(sys.stdin)["cells"][0]
sys.exit(not (c["end_of_life_cycle"] is None and c["end_of_life_at_least"] == 60))' < <("$FADE" show short --json)
echo "1..$number"

#!/usr/bin/env bash
# compare.sh - fade compare as people meet it: the table, JSON, CSV and HTML, refusals, parts taken away, a signal.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
fleet=$PWD/scenarios/virtual-fleet.toml
five=$PWD/scenarios/compare.toml
b0005=$PWD/scenarios/compare-b0005.toml
cd "$work" || exit

# says WHAT TEXT COMMAND.. - ok when it succeeds and prints TEXT on stdout.
says() {
    local what=$1 expected=$2 said
    shift 2
    if said=$("$@" 2> err) && [[ $said == *"$expected"* ]]; then ok "$what"; else bad "$what" "$said $(cat err)"; fi
}
json() {
    python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))
m = {(x["variant"], x["model"]): x for x in v.get("models", [])}
r = {(x["variant"], x["model"]): x for x in json.load(open(sys.argv[3]))["scores"]} if len(sys.argv) > 3 else {}
sys.exit(0 if eval(sys.argv[2]) else str(v)[:600])' "$@"
}

# --- one scenario, several laws
says "a table" "xu2018+ridge" "$FADE" compare "$five"
says "with what the fade is made of" "calendar" "$FADE" compare "$five"
"$FADE" compare "$five" --json > five.json 2> err
check "--json is one object" json five.json \
    'len(v["models"]) == 13 and v["complete"] and v["target"] == "true_capacity"'
check "mechanisms are told" json five.json \
    '[l["key"] for l in m["naumann2020", "physics"]["loss"]] == ["calendar", "cycle"]'
check "models stand beside where their laws hold" json five.json \
    'all((
        m["xu2018", "physics"]["validity"] == m["xu2018+ridge", "hybrid"]["validity"] == "inside",
        m["xu2018", "physics"]["ranges"][0]["column"] == "depth", m["naive", "line"]["validity"] is None))'
says "a range that was left is told" "naumann2020  c_rate 4 of 0.2..2 1/h in 100 % of rows" \
    "$FADE" compare "$fleet" --set physics.2.plugin=naumann2020 --set source.c_rate=4
check "ranks add up" json five.json 'abs(sum(x["rank"]["rmse"] for x in v["models"]) - 13 * 14 / 2) < 1e-9'
check "time is told of laws alone" json five.json \
    'm["xu2018", "physics"]["seconds"] > 0 and m["naive", "line"]["seconds"] is None'
"$FADE" compare "$five" --csv > five.csv 2> err
check "--csv is a row a model" python3 -c 'import csv
v = list(csv.DictReader(open("five.csv")))
assert len(v) == 13 and all(float(x["rmse_ah"]) > 0 for x in v) and v[0]["variant"] == "xu2018", v[0]'
check "files by their names" "$FADE" compare "$five" --quiet -o a.csv -o a.json -o a.html
# Times differ from run to run: all else is the same bytes.
python3 - << 'END' > same 2>&1
import csv, json
def rows(path):
    return [{k: v for k, v in r.items() if k != "time_s"} for r in csv.DictReader(open(path))]
def models(path):
    return [{k: v for k, v in m.items() if k != "seconds"} for m in json.load(open(path))["models"]]
assert rows("a.csv") == rows("five.csv") and models("a.json") == models("five.json")
END
check "hold what was printed" [ ! -s same ]
check "an HTML page names the models" grep -q 'naumann2020+ridge' a.html

# --- the numbers are those of a run
"$FADE" run "$fleet" --quiet --json --out fleet > fleet.json 2> err
"$FADE" compare "$fleet" --json > c.json 2> err
check "scores are those of fade run" json c.json 'all(
    x[k] == r[x["variant"] + ("+ridge" if x["model"] == "physics" else ""), x["model"]][k]
    for x in v["models"] for k in ("n", "rmse", "mae", "mape", "r2", "max_error", "bias"))' fleet.json

# --- several scenarios
sed 's/"power-law"/"wang2011"/' "$fleet" > b.toml
says "two scenarios on the same rows" "wang2011+ridge" "$FADE" compare "$fleet" b.toml
fails "others are refused by name" 4 "source.cells is 4 there, 8 here" bash -c \
    "sed 's/^cells .*/cells = 4/' '$fleet' > c.toml; '$FADE' compare '$fleet' c.toml"
fails "so is another seed, by its rows" 4 "cell V0001 measured other values there (seed 7 there, 42 here?)" bash -c \
    "sed 's/^\[run\]/[run]\nseed = 7/' '$fleet' > d.toml; '$FADE' compare '$fleet' d.toml"
check "--set is for all of them" "$FADE" compare "$fleet" b.toml --quiet --set source.cells=2 --set run.threads=2

# --- parts taken away
"$FADE" compare "$fleet" --ablate --json > ablate.json 2> err
check "--ablate tells what a corrector is worth" json ablate.json \
    'any((a["without"], a["variant"]) == ("ridge", "xu2018+ridge") and a["change"]["rmse"] > 0.02
        for a in v["ablation"])'
says "in a table too" "What changes without a part:" "$FADE" compare "$fleet" --ablate

# --- lives
says "without measurements lives are compared" "Nothing is measured here" \
    "$FADE" compare "$(dirname "$fleet")/minimal.toml"

# --- what is wrong
fails "no such file" 4 "No such file" "$FADE" compare none.toml
fails "no scenario" 2 "wants SCENARIO" "$FADE" compare
fails "a file of no kind" 2 "ends in .html, .csv or .json" "$FADE" compare "$fleet" -o a.pdf
fails "two kinds at once" 2 "do not go together" "$FADE" compare "$fleet" --json --csv
fails "a folder that is not there" 7 "nowhere/a.csv" "$FADE" compare "$fleet" --quiet -o nowhere/a.csv

# --- a signal: what is finished is told
# Each run says on stderr that its corrector is trained, in its middle: the second run is stopped there.
"$FADE" compare "$fleet" --ablate --json -v --set source.cycles=200000 > part.json 2> err &
pid=$!
for _ in $(seq 1000); do
    [ "$(grep -c 'models trained' err)" -ge 3 ] && break
    kill -0 $pid 2> /dev/null || break
    sleep 0.02
done
kill -INT $pid
wait $pid
code=$?
if [ $code -eq 130 ] && grep -q "1 of 1 scenarios are finished" err; then
    ok "SIGINT ends with 130"
else
    bad "SIGINT ends with 130" "$code: $(head -c 300 err)"
fi
check "and tells what was finished" json part.json 'len(v["models"]) == 7 and len(v["ablation"]) == 2'

# --- a measured cell
if [ -e "$FADE_DATA/nasa/B0005.mat" ]; then
    FADE_DATA=$(realpath "$FADE_DATA") "$FADE" compare "$b0005" --json > b.json 2> err
    check "B0005: its life ends at cycle 125" json b.json 'all(x["eol_observed"] == 125 for x in v["models"])'
    check "B0005: the laws stand beside naive forecasts" json b.json \
        'm["naive", "persistence"]["eol_error_at_least"] == 43 and m["wang2011+ridge", "hybrid"] \
            ["rmse"] < m["naive", "persistence"]["rmse"] < m["wang2011", "physics"]["rmse"]'
else
    skip "B0005: its life ends at cycle 125" "no NASA data"
fi
echo "1..$number"

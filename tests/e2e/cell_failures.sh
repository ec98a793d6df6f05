#!/usr/bin/env bash
# cell_failures.sh - what kills a run elsewhere ends one cell here: with a status, a reason, and the cycles it had.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
have() { "$FADE" plugin show "$1" > /dev/null 2>&1; }

# scenario PHYSICS CYCLES STEPS.. - two cells of which PHYSICS may differ.
scenario() {
    local physics=$1 cycles=$2 nominal=${NOMINAL:-5}
    shift 2
    cat << END
[run]
cycles = $cycles
[cell]
nominal_capacity = $nominal
[source]
plugin = "constant"
cells = 2
depth = 1
soc_mean = 0.5
temperature_mean = "25 degC"
temperature_ambient = "25 degC"
[[physics]]
$physics
[protocol]
steps = [
END
    printf '    %s,\n' "$@"
    printf ']\n[[output]]\nplugin = "csv"\n'
}
run() { "$FADE" run "$work/s.toml" --quiet --overwrite --out "$work/r"; }
rows() { awk -F, -v cell="$1" 'NR > 1 && $1 == cell { n++ } END { print n + 0 }' "$work/r/rows.csv"; }
# numbers - every row that there is has a voltage, a current and a temperature.
numbers() {
    python3 -c 'import csv, math, sys
rows = list(csv.DictReader(open(sys.argv[1])))
must = tuple("physics_%s_" % k for k in ("voltage", "current", "temperature", "soc"))
bad = [k for r in rows for k, x in r.items() if k.startswith(must) and not math.isfinite(float(x or "nan"))]
sys.exit(str(bad) if bad else 0)' "$work/r/rows.csv"
}

for model in spm spme dfn ecm; do
    if ! have $model; then
        skip "$model" "there is no plugin $model"
        continue
    fi
    set="parameters = \"lg-m50-chen2020\""
    [ $model = ecm ] && set=""

    # One of two cells has less in it: it runs empty in a cycle without a limit, its cycles are kept, the other goes on.
    scenario "plugin = \"$model\"
$set
initial_soc = [0.5, 1.0]" 5 '"Discharge at C/10 for 1 hour"' > "$work/s.toml"
    check "$model: five hours at C/10 are there" run
    check "$model: of both cells" test "$(rows cell-1) $(rows cell-2)" = "5 5"
    sed -i 's/cycles = 5/cycles = 9/' "$work/s.toml"
    fails "$model: a cell that is empty says so, with the step" 3 'Discharge at C/10 for 1 hour' run
    n=$(rows cell-1)
    check "$model: its cycles are kept ($n)" test "$n" -ge 5 -a "$n" -lt 9
    check "$model: the other cell has all of them" test "$(rows cell-2)" -eq 9
    check "$model: every row is of numbers" numbers
    check "$model: the result names the cell and the reason" python3 -c 'import json, sys
text = open(sys.argv[1]).read()
json.loads(text)
assert "cell-1" in text and "Discharge at C/10" in text, text[:2000]' "$work/r/result.json"

    scenario "plugin = \"$model\"
$set" 2 '"Discharge at 1000000 W until 2.5 V"' > "$work/s.toml"
    fails "$model: a demand that no cell meets" 3 "$model failed at cycle 1" run

    scenario "plugin = \"$model\"
$set" 2 '"Charge at 1C until 4.1 V"' > "$work/s.toml"
    fails "$model: a step that cannot begin" 3 "over before it began" run

    # Both limits are passed by the first instant of a 6C discharge: the step is over at once, the next one is done.
    scenario "plugin = \"$model\"
$set" 2 '{ step = "Discharge at 4C", until = ["4.15 V", "4.14 V"] }' \
        '"Discharge at C/2 for 10 minutes"' > "$work/s.toml"
    check "$model: both limits passed at once" run
    check "$model: its cycles are there" test "$(rows cell-1)" -eq 2

    scenario "plugin = \"$model\"
$set" 2 '"Hold at 9 V for 10 minutes"' > "$work/s.toml"
    fails "$model: a voltage out of reach" 3 "Hold at 9 V" run
done

# A cell that dies of age after N cycles: the law takes a fifth of the capacity in every cycle.
if have ecm; then
    NOMINAL=2 scenario 'parts = [
    { plugin = "ecm", capacity = "@capacity" },
    { plugin = "power-law", c = [0.02, 0.2], z = 1 },
]' 8 \
        '"Discharge at 1 A for 30 minutes"' '"Charge at 1 A for 30 minutes"' > "$work/s.toml"
    fails "a cell that dies of age after some cycles" 3 "cell=cell-2" run
    n=$(rows cell-2)
    check "its cycles are kept ($n)" test "$n" -ge 2 -a "$n" -lt 8
    check "the other cell is not harmed" test "$(rows cell-1)" -eq 8
    check "every row is of numbers" numbers
fi
if have spm; then
    scenario 'plugin = "spm"
parameters = "lg-m50-chen2020"
sei.model = "reaction"
sei.exchange_current = [1.5e-9, 0.05]' 12 '"Discharge at 1C for 40 minutes"' \
        '"Charge at C/2 for 80 minutes or until 4.2 V"' > "$work/s.toml"
    fails "lithium that is used up ends one cell" 3 "cell=cell-2" run
    check "the other one has all its cycles" test "$(rows cell-1)" -eq 12
    check "every row is of numbers" numbers
fi

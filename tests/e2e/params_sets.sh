#!/usr/bin/env bash
# params_sets.sh - parameter sets at the command line: shown, compared, run, swept, from Lua, kept with a result.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
bpx=$PWD/tests/bpx/lg-m50.json
cd "$work" || exit

says() {
    local what=$1 expected=$2 said
    shift 2
    if said=$("$@" 2> err) && [[ $said == *"$expected"* ]]; then ok "$what"; else bad "$what" "$said $(cat err)"; fi
}

# --- without a scenario
for name in lg-m50-chen2020 lg-m50-okane2022 kokam-slide; do
    says "list has $name" "$name" "$FADE" params list
    says "show has its numbers" "nominal_capacity" "$FADE" params show "$name"
    check "each with unit, source and flag" python3 -c '
import json, sys
for p in json.load(sys.stdin):
    assert p["source"] and p["flag"] and "value" in p, p
    assert p["unit"] or not isinstance(p["value"], float) or p["key"].split(".")[-1] in (
        "electrode_pairs", "reaction_rate", "faraday", "gas", "lithium_per_mole", "exponent", "stress_factor", "rate",
        "stress_exponent", "delacourt_root", "kindermann_rate"), p' < <("$FADE" params show "$name" --json)
done
says "show without an argument lists" "kokam-slide" "$FADE" params show
says "curves are counted" "248 points" "$FADE" params show lg-m50-okane2022
says "sources are given in full" "doi 10.1149/1945-7111/ab9050" "$FADE" params show lg-m50-chen2020
says "diff tells what differs" "set.sei.lithium_per_mole: 2.0 | 1.0" \
    "$FADE" params diff lg-m50-chen2020 lg-m50-okane2022
says "also of BPX" "set.electrolyte.conductivity_activation: 0.0 | 17000.0" \
    "$FADE" params diff lg-m50-chen2020 "$bpx"
same_set=$("$FADE" params diff kokam-slide kokam-slide)
check "and nothing of the same" [ -z "$same_set" ]

# --- in a scenario
cat > cell.toml << 'EOF'
[run]
cycles = 2
[source]
plugin = "constant"
temperature_ambient = "25 degC"
[[physics]]
plugin = "thevenin"
parameters = "lg-m50-chen2020"
[protocol]
steps = ["Discharge at 1C until 2.8 V", "Charge at 1C until 4.1 V"]
[[output]]
plugin = "csv"
EOF
check "a name will do" "$FADE" check cell.toml
says "its values are the plugin's" "heat_capacity        42.775" "$FADE" params show cell.toml
says "with their source" "[calculated]" "$FADE" params show cell.toml
says "--set takes another" "heat_capacity        20.17870065" \
    "$FADE" params show cell.toml --set physics.parameters=kokam-slide
says "or a BPX file" "heat_capacity        42.7735" \
    "$FADE" params show cell.toml --set physics.parameters="$bpx"
says "the scenario's own key wins" "heat_capacity        7.0" \
    "$FADE" params show cell.toml --set physics.heat_capacity=7
check "a run" "$FADE" run cell.toml --quiet --out a
check "again from what was kept" "$FADE" run a/scenario.toml --quiet --out b
same "gives the same rows" a/rows.csv b/rows.csv
says "what was kept is the set itself" 'sha256 = "' cat a/scenario.toml
"$FADE" run cell.toml --quiet --out c --set physics.parameters=kokam-slide
"$FADE" run a/scenario.toml --quiet --out d --set physics.parameters=kokam-slide
same "another set over a kept scenario leaves nothing of the first" c/rows.csv d/rows.csv

# --- files, with places
mkdir sets
cat > sets/mine.toml << 'EOF'
r0 = { value = 12, unit = "mohm", source = "pulse test", flag = "measured" }
[set]
base = "lg-m50-chen2020"
EOF
sed 's|"lg-m50-chen2020"|"sets/mine.toml"|' cell.toml > own.toml
says "a file beside the scenario, on a shipped one" "r0                   0.012" "$FADE" params show own.toml
says "of which the rest comes" "heat_capacity        42.775" "$FADE" params show own.toml
sed -i 's/r0/r00/' sets/mine.toml
fails "a wrong key has its place" 4 "sets/mine.toml:1:1: no plugin has a parameter 'r00', did you mean 'r0'?" \
    "$FADE" check own.toml
sed -i 's/r00/r0/; s/"mohm"/"V"/' sets/mine.toml
fails "a wrong unit too" 4 "sets/mine.toml:1:16: r0: \"12 V\" is in V, but ohm is wanted" "$FADE" check own.toml
fails "a wrong name gets the nearest" 4 'did you mean "kokam-slide"?' \
    "$FADE" check cell.toml --set physics.parameters=kokam-slid

# --- Lua and sweeps
cat > cell.lua << 'EOF'
local steps = { "Discharge at 1C until 2.8 V", "Charge at 1C until 4.1 V" }
return {
    run = { cycles = 2 },
    source = { plugin = "constant", temperature_ambient = "25 degC" },
    physics = { plugin = "thevenin", parameters = "lg-m50-chen2020" },
    protocol = { steps = steps },
    output = { plugin = "csv" },
}
EOF
check "a Lua scenario" "$FADE" run cell.lua --quiet --out e
same "gives the same rows as well" a/rows.csv e/rows.csv
cat cell.toml - > sweep.toml << 'EOF'
[sweep]
collect = ["physics_discharge_capacity"]
[sweep.axes]
"physics.parameters" = ["lg-m50-chen2020", "kokam-slide"]
EOF
sed -i '/^\[\[output\]\]/,/^plugin = "csv"/d' sweep.toml
check "a sweep over sets" "$FADE" sweep run sweep.toml --store s.sqlite --quiet
"$FADE" sweep table s.sqlite > table.csv
check "has a case of each" python3 -c '
import csv
rows = list(csv.DictReader(open("table.csv")))
at = [float(next(v for k, v in r.items() if "discharge_capacity" in k)) for r in rows]
assert len(at) == 2 and 3.3 < at[0] < 3.5 and 2.1 < at[1] < 2.3, at'
echo "1..$number"

#!/usr/bin/env bash
# sets_at_work.sh - cell models with the shipped sets and with BPX files do what the sources of these say.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
cd "$work" || exit

has() { "$FADE" plugin show "$1" > /dev/null 2>&1; }
# row FOLDER EXPRESSION - true of the last row, r["key"] as a number.
row() {
    python3 -c 'import csv, sys
r = {k: float(v) for k, v in list(csv.DictReader(open(sys.argv[1] + "/rows.csv")))[-1].items() if v[:1].isdigit()}
print({k: v for k, v in r.items() if "discharge" in k or "duration" in k})
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$@"
}

# --- LG M50 of Chen 2020, SPM 1C from PyBaMM's start: 2.5 V at 3567.7 s, 4.9551 Ah (1 s is 1.4 mAh), slow 5.153198 Ah
cat > chen.toml << 'EOF'
[run]
cycles = 1
[source]
plugin = "constant"
temperature_ambient = 298.15
[[physics]]
plugin = "spm"
parameters = "lg-m50-chen2020"
negative.initial_stoichiometry = 0.9013973983641687     # 29866 / 33133
positive.initial_stoichiometry = 0.26999873224708419    # 17038 / 63104
[protocol]
steps = ["Discharge at 1C until 2.5 V"]
[[output]]
plugin = "csv"
EOF
if has spm; then
    check "spm runs the LG M50" "$FADE" run chen.toml --quiet --out chen
    check "its 1C discharge is that of the facts" row chen \
        'abs(r["physics_discharge_capacity_ah"] - 4.9551) < 1.4e-3 and
         abs(r["physics_cycle_duration_second"] - 3567.7) < 1'
    check "its slow capacity too" row chen 'abs(r["physics_capacity_ah"] - 5.153198) < 1e-5'
    check "the set of O'Kane runs with ageing" "$FADE" run chen.toml --quiet --out okane \
        --set physics.parameters=lg-m50-okane2022 --set 'physics.sei.model="solvent-diffusion"' \
        --set 'physics.plating.model="partially-reversible"' --set 'physics.lam.models=["stress"]'
    cycle='"Discharge at 1C until 2.7 V", "Charge at 1C until 4.2 V", "Hold at 4.2 V until C\/20"'
    sed -e 's/lg-m50-chen2020"/kokam-slide"\nthermal = "lumped"/' -e '/initial_stoi/d' \
        -e 's/298.15/298/' -e 's/= 1$/= 3/' -e "s/^steps.*/steps = [$cycle]/" chen.toml > kokam.toml
    check "spm runs SLIDE's cell" "$FADE" run kokam.toml --quiet --out kokam
    # SLIDE counts in quanta of 1.5 mAh
    check "2.571 Ah a cycle" row kokam 'abs(r["physics_discharge_capacity_ah"] - 2.571) < 0.003 + 0.001 * 2.571'
else
    skip "spm runs the LG M50" "there is no plugin spm"
fi
if has spme; then
    check "spme runs the LG M50" "$FADE" run chen.toml --quiet --out spme --set physics.plugin=spme
    check "2.5 V at 3555.9 s, 4.9387 Ah" row spme \
        'abs(r["physics_discharge_capacity_ah"] - 4.9387) < 1.4e-3 and
         abs(r["physics_cycle_duration_second"] - 3555.9) < 1'
fi

# --- the measured voltages in a BPX file; PyBaMM 26.10 with the same file has the RMSE given here
pouch=$FADE_DATA/bpx/nmc_pouch_cell_BPX.json
if [ -e "$pouch" ]; then
    for expected in "spm 17.21 26.23" "spme 17.38 19.52" "dfn 17.38 19.48"; do
        read -r model slow fast <<< "$expected"
        if ! has "$model"; then
            skip "$model against the NMC pouch cell" "there is no plugin $model"
            continue
        fi
        "$FADE" params validate "$pouch" -p "$model" --json > said.json
        check "$model is as far from the NMC pouch cell as PyBaMM: $slow and $fast mV" python3 -c '
import json, sys
v = json.load(open("said.json"))
got = [r["rmse_mv"] for r in v]
assert all(r["reached"] == r["points"] and r["stopped"] is None for r in v), v
assert abs(got[0] - float(sys.argv[1])) < 0.1 and abs(got[1] - float(sys.argv[2])) < 0.2, got' "$slow" "$fast"
    done
else
    skip "models against the NMC pouch cell" "$pouch is not there: FADE_DATA"
fi
echo "1..$number"

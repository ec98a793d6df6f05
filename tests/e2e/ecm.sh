#!/usr/bin/env bash
# ecm.sh - cells as circuits: the observer, a cell aged by a law, packs: the examples run and say what they claim.
# uncounted: what it runs of core/ other tests run too, so `coverage` does without its minutes
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
root=$PWD
case $FADE in /*) ;; *) FADE=$root/$FADE ;; esac
scenarios=$root/scenarios
cd "$work" || exit

cat > rows.py << 'END'
# rows.py FILE EXPRESSION - which is true of r, the rows of the file with numbers as numbers.
import csv, sys

def number(x):
    try:
        return float(x)
    except ValueError:
        return x

r = [{k: number(v) for k, v in row.items()} for row in csv.DictReader(open(sys.argv[1]))]
if not eval(sys.argv[2]):
    sys.exit(f"not so: {sys.argv[2]}; the last row is {r[-1]}")
END
rows() { check "$1" python3 rows.py "$2" "$3"; }
run() {
    check "$1 runs" sh -c '"$@" > said 2> err || { cat err; exit 1; }' sh "$FADE" run "$scenarios/$1.toml" \
        --out "$1" "${@:2}"
}

# --- state of charge from samples
mkdir made
check "samples are made" "$FADE" lua "$root/scripts/samples.lua" made
check "are those that are there" diff -r made "$scenarios/samples"
run observer
off='[abs(x["physics_soc_ratio"] - x["soc_true_ratio"]) for x in r]'
rows "a row a sample" observer/rows.csv 'len(r) == 901'
rows "0.4 % from one minute on" observer/rows.csv "max(${off}[30:]) < 0.004"
rows "0.06 % from ten minutes on" observer/rows.csv "max(${off}[300:]) < 0.0006"
rows "the resistance is found" observer/rows.csv 'abs(r[-1]["physics_r0_ohm"] - 0.036) < 1e-4'
nasa=$FADE_DATA/nasa/samples/B0005.csv.gz
if [ -e "$nasa" ]; then
    rm -rf observer
    run observer --set "source.path=$nasa" --set source.current_sign=charge-positive --set 'source.columns={}' \
        --set 'cell.nominal_capacity="1.86 Ah"' --set 'physics.voltage_sigma="30 mV"'
    rows "measured samples, discharge after discharge" observer/rows.csv \
        'len(r) > 50000 and all(x["physics_soc_sigma_ratio"] > 0 for x in r)'
else
    skip "measured samples" "no $nasa"
fi

# --- a cell aged by a law, cycling and standing in one run
run ecm-aged-by-xu2018
aged='[x for x in r if x["variant"] == "aged"]' used='[x for x in r if x["variant"] == "started used"]'
by='[x for x in r if x["variant"] == "by Naumann 2020"]'
file=ecm-aged-by-xu2018/rows.csv
rows "80 % after 1386 days" $file "(${aged})[-1][\"cycle_count\"] == 1386 and (${aged})[-1][\"soh_ratio\"] < 0.8"
rows "a used one after 1002 more" $file "(${used})[-1][\"cycle_count\"] == 1002 and (${used})[0][\"soh_ratio\"] < 0.902"
rows "the resistance grows, too" $file "abs((${by})[-1][\"physics_dc_resistance_ohm\"] - 0.0558) < 5e-5"
rows "and costs energy" $file "(${by})[-1][\"physics_energy_efficiency_ratio\"] < 0.957"
rows "a row is a day" $file \
    'all(x["physics_duration_second"] == 86400 and x["physics_cycle_duration_second"] < 15000 for x in r)'

# --- a pack of unlike cells
run pack
rows "the weakest cell is at its limit" pack/rows.csv 'abs(r[0]["physics_weakest_cell_voltage_volt"] - 2.8) < 1e-6'
rows "and is named" pack/rows.csv 'r[0]["physics_weakest_cell"] == 4'
rows "what the pack gives" pack/rows.csv 'abs(r[0]["physics_discharge_capacity_ah"] - 3.9184) < 1e-3'
rows "cells of a group add up" pack/samples.csv \
    'all(abs(x["current_s1p1_ampere"] + x["current_s1p2_ampere"] - x["current_ampere"]) < 1e-6 for x in r)'
mv pack once
run pack --set run.tile=64 --set run.threads=1
same "rows do not depend on tiles" once/rows.csv pack/rows.csv
same "samples do not, either" once/samples.csv pack/samples.csv

# --- a pack goes on where it was cut
cat > long.toml << END
base = "$scenarios/pack.toml"
[run]
cycles   = 300
snapshot = "0.05 s"
END
long() { "$FADE" run long.toml --quiet "$@" > said 2>&1 || { cat said; false; }; }
check "a long run of a pack" long --out whole
killed=0
struck KILL cut "$FADE" run long.toml --quiet --out cut
check "killed" [ "$killed" -eq 1 ]
check "goes on after it was killed" long --out cut --resume
same "and says the same" whole/rows.csv cut/rows.csv
echo "1..$number"

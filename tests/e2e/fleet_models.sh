#!/usr/bin/env bash
# fleet_models.sh - four models of a fleet (state of health, temperature, remaining life, failure), each a folder, asked
# of vehicles it never saw; and what is planned, predicted by a run.
# uncounted: what it runs is counted in models.sh
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
scenario=scenarios/fleet-wear.toml
small=(--set source.vehicles=16 --set source.rows=80)
declare -A features=(
    [soh]="motor_temperature motor_vibration brake_pad_wear charge_cycles"
    [temperature]="voltage motor_temperature charge_cycles"
    [rul]="voltage temperature motor_temperature motor_vibration brake_pad_wear charge_cycles"
    [failed]="voltage temperature motor_temperature motor_vibration brake_pad_wear charge_cycles"
)
if ! "$FADE" plugin show xgboost > /dev/null 2>&1; then
    skip "four models of a fleet" "xgboost is not built here"
    echo "1..$number"
    exit
fi
for target in soh temperature rul failed; do
    named=()
    for key in ${features[$target]}; do named+=(--feature "$key"); done
    "$FADE" train $scenario "${small[@]}" --target $target --ask estimate --corrector xgboost --all "${named[@]}" \
        --save "$work/$target" -q > "$work/out" 2> "$work/err"
    check "a model of $target is saved and sound" "$FADE" model check "$work/$target"
    "$FADE" predict "$work/$target" $scenario "${small[@]}" --set run.seed=8 -o "$work/$target.csv" 2> "$work/said"
done
check "each is one of its target" python3 -c 'import json, sys
for t in ("soh", "temperature", "rul", "failed"):
    m = json.load(open("%s/%s/manifest.json" % (sys.argv[1], t)))
    assert m["learns"]["target"] == t and m["plugin"]["id"] == "xgboost", m
    assert m["training"]["rows"] == 16 * 80, m' "$work"
check "of vehicles never seen wear is found, and no R2 is too good" python3 -c 'import csv, sys
said = {}
for t in ("soh", "temperature", "rul", "failed"):
    rows = [r for r in csv.DictReader(open("%s/%s.csv" % (sys.argv[1], t))) if list(r.values())[4]]
    key = [k for k in rows[0] if k.startswith("measured")][0]
    y = [float(r[key]) for r in rows]
    p = [float(r[key.replace("measured", "total")]) for r in rows]
    mean = sum(y) / len(y)
    said[t] = 1 - sum((a - b) ** 2 for a, b in zip(y, p)) / sum((a - mean) ** 2 for a in y)
print(said)
sys.exit(0 if said["rul"] > 0.2 and said["soh"] > 0.2 and max(said.values()) < 0.99 else said)' "$work"

# --- what is planned: a saved model in a run of conditions that were never measured
python3 - > "$work/cells.csv" << 'PY'
print("cell,cycle,capacity_ah")
for cell, c in (("a", 2e-3), ("b", 3e-3), ("d", 2.2e-3)):
    for n in range(1, 121):
        print(f"{cell},{n},{2 * (1 - c * n ** 0.8) + 0.004 * ((n * 7919 + ord(cell)) % 13 - 6) / 6!r}")
PY
printf '%s\n' '[cell]' 'nominal_capacity = "2 Ah"' '[source]' 'plugin = "csv"' 'path = "cells.csv"' '[[physics]]' \
    'plugin = "power-law"' '[corrector]' 'plugin = "ridge"' 'features = ["cycle", "cycle_sqrt"]' 'scope = "pooled"' \
    > "$work/learn.toml"
printf '%s\n' '[run]' 'cycles = 500' '[cell]' 'nominal_capacity = "2 Ah"' 'initial_capacity = "1.9 Ah"' '[source]' \
    'plugin = "constant"' '[conditions]' 'temperature = "30 degC"' '[[physics]]' 'plugin = "power-law"' \
    '[[corrector]]' 'model = "m"' > "$work/plan.toml"
"$FADE" train "$work/learn.toml" --save "$work/m" -q > /dev/null 2>&1
"$FADE" predict "$work/m" "$work/cells.csv" -o "$work/known.csv" 2> /dev/null
check "a run of what is planned uses it" "$FADE" run "$work/plan.toml" --out "$work/plan" --quiet
check "and says at each cycle what it says of a measured one, and beyond" python3 -c 'import csv, sys
read = lambda name, key: {r["cycle_count"]: float(r[key]) for r in csv.DictReader(open(sys.argv[1] + name))}
plan, known = read("/plan/rows.csv", "correction_capacity_ah"), read("/known.csv", "correction_ah")
worst = max(abs(plan[c] - known[c]) for c in known)
good = len(plan) == 500 and len(known) == 120 and worst < 1e-12 and abs(plan["120"]) > 1e-3
sys.exit(0 if good else (worst, len(plan)))' \
    "$work"
echo "1..$number"

#!/usr/bin/env bash
# drift.sh - fade drift as people meet it: a fleet in which one column and one cell's error change, and one in which
# nothing does.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
cd "$work" || exit

python3 - << 'PY'
import random
random.seed(5)
def rows(name, heat, worse):
    with open(name, "w") as f:
        print("cell,cycle,capacity_ah,temperature_mean_celsius,depth_ratio", file=f)
        for cell in ("a", "b", "c"):
            for n in range(1, 401):
                late = n > 200
                c = 2 * (1 - 1e-4 * n) + random.gauss(0, 0.002) - (worse * (n - 250) if cell == "b" and n > 250 else 0)
                t = 25 + random.gauss(0, 2) + (heat if late else 0)
                print(f"{cell},{n},{c!r},{t!r},{0.8 + random.gauss(0, 0.01)!r}", file=f)
rows("same.csv", 0, 0)
rows("changed.csv", 3, 2e-4)
PY
for name in same changed; do
    cat > $name.toml << TOML
[run]
name = "$name"
[cell]
nominal_capacity = "2 Ah"
initial_capacity = "2 Ah"
[source]
plugin = "csv"
path   = "$name.csv"
[[physics]]
plugin = "power-law"
c = 1e-4
z = 1.0
TOML
done

# tells WHAT EXPRESSION ARG.. - ok when it holds of v as `fade drift ARG.. --json` says; c, b: columns, cells by name.
tells() {
    local what=$1 expression=$2
    shift 2
    "$FADE" drift "$@" --json > v.json 2> err
    check "$what" python3 -c 'import json, sys
v = json.load(open("v.json"))
c = {x["column"]: x for x in v["columns"]}
b = {x["cell"]: x for x in v["cells"]}
sys.exit(0 if eval("(" + sys.argv[1] + ")") else json.dumps(v)[:1500])' "$expression"
}
tells "where nothing changed but age, only the capacity's column drifts, no error" '
    [k for k in c if c[k]["drifted"]] == ["capacity"] and not any(x["alarm"] for x in b.values())
    and len(b) == 3' same.toml
tells "a warmer half is seen" 'c["temperature_mean"]["drifted"] and abs(c["temperature_mean"]["shift"] - 1.5) < 0.3
    and not c["depth"]["drifted"]' changed.toml
tells "the cell that ages faster is named, with the cycle" 'b["b"]["alarm"] and b["b"]["way"] == "down"
    and 250 <= b["b"]["alarm_cycle"] < 290 and 235 < b["b"]["began_cycle"] <= 275
    and not b["a"]["alarm"] and not b["c"]["alarm"]' changed.toml
tells "two sources, some columns" 'list(c) == ["temperature_mean", "depth"]
    and v["reference_rows"] == 1200 and not c["depth"]["drifted"]' same.toml changed.toml -c temperature_mean -c depth
tells "another column watched, some rows" 'v["watched"] == "depth" and not any(x["alarm"] for x in b.values())
    and v["reference_rows"] < 600' changed.toml --watch depth --where "cycle > 50"
"$FADE" drift changed.toml --strict > out 2> err
check "--strict: exit status 1" test $? = 1
check "said in words" grep -q "ALARM at cycle" out
"$FADE" drift same.toml -c depth --strict > out 2> err
check "and 0 where nothing drifted" test $? = 0

# refuses WHAT SENTENCE ARG..
refuses() {
    local what=$1 sentence=$2
    shift 2
    "$FADE" drift "$@" > out 2> err
    check "$what" bash -c '[ "$1" -ne 0 ] && grep -qF "$2" err' _ $? "$sentence"
}
refuses "an unknown column" "temperature_mean" same.toml -c temperatur_mean
refuses "a share that is none" "above 0 and below 1" same.toml --split 1.5
cat > d.lua << 'LUA'
local fade = require "fade"
local d = fade.drift("same.toml", { newer = "changed.toml", columns = { "temperature_mean", "depth" } })
assert(d.newer_rows == 1200 and #d.columns == 2 and d.columns[1].drifted and not d.columns[2].drifted)
assert(not pcall(fade.drift, "same.toml", { split = 2 }))
print("fine")
LUA
check "from Lua" test "$("$FADE" lua d.lua 2> err)" = fine
echo "1..$number"

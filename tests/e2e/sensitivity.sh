#!/usr/bin/env bash
# sensitivity.sh - fade sensitivity as people meet it: a law whose shares are known, ranges, outcomes, errors.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
cd "$work" || exit

cat > life.toml << 'TOML'
[run]
name = "a life"
cycles = 100
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "constant"
[physics]
plugin = "power-law"
c = 1e-3
z = 1.0
TOML

# tells WHAT EXPRESSION ARG.. - ok when it holds of v as `fade sensitivity ARG.. --json` says; i: inputs of the first
# outcome by key.
tells() {
    local what=$1 expression=$2
    shift 2
    "$FADE" sensitivity "$@" --json > v.json 2> err
    check "$what" python3 -c 'import json, sys
v = json.load(open("v.json"))
o = v["outcomes"]
i = {x["key"]: x for x in o[0]["inputs"]}
sys.exit(0 if eval("(" + sys.argv[1] + ")") else json.dumps(v)[:800])' "$expression"
}
# loss = c n^z: the loss at 100 cycles is proportional to c, so its elasticity is 1; that of z is z ln 100.
tells "elasticities of a power law" 'abs(i["physics.1.c"]["elasticity"] - 1) < 1e-3
    and abs(i["physics.1.z"]["elasticity"] - 4.605) < 0.02 and v["points"] == 5' \
    life.toml -p c=1e-4..1e-2 -p z=0.5..1.5 --method local --outcome loss
tells "shares of the variance add to one where inputs do not meet" 'abs(i["physics.1.c"]["total"] - 1) < 1e-3
    and abs(i["physics.1.c"]["first"] - 1) < 0.02 and v["points"] == 256 * 3' \
    life.toml -p c=1e-4..1e-3 --outcome loss -n 256
tells "screening finds what does more" 'i["physics.1.z"]["mu_star"] > i["physics.1.c"]["mu_star"] > 0
    and o[1]["outcome"] == "loss@50" and o[1]["mean"] < o[0]["mean"]' \
    life.toml -p c=9e-4..1.1e-3 -p z=0.5..1.2 --method morris --outcome loss --outcome loss@50
"$FADE" sensitivity life.toml -p c -p z -n 64 --json > one.json
tells "the same numbers at any number of threads" 'v == json.load(open("one.json"))' \
    life.toml -p c -p z -n 64 --set run.threads=2
tells "an end of life that is not reached is left out" 'o[0]["left_out"] == 32 and o[0]["mean"] is None' \
    life.toml -p c=1e-5..1e-4 -n 32 --outcome end_of_life_cycle
"$FADE" sensitivity life.toml -p c -p z --csv out.csv > out 2> err
check "bars" grep -q "█" out
check "a file" bash -c 'grep -q "^capacity,physics.1.z," out.csv && test "$(wc -l < out.csv)" = 3'

# refuses WHAT SENTENCE ARG..
refuses() {
    local what=$1 sentence=$2
    shift 2
    "$FADE" sensitivity "$@" > out 2> err
    check "$what" bash -c '[ "$1" -ne 0 ] && grep -qF "$2" err' _ $? "$sentence"
}
refuses "an unknown key" "did you mean" life.toml -p cc
refuses "a range the wrong way round" "not below the second" life.toml -p c=1e-2..1e-3
refuses "a range outside the plugin's bounds" "the plugin takes" life.toml -p z=-5..5000
refuses "what lanes cannot differ in" "fade sweep" life.toml -p source.cells=1..3
refuses "an outcome nobody writes" "rows have no column losss: did you mean loss?" life.toml -p c --outcome losss
refuses "nothing to vary" "name what varies" life.toml
cat > s.lua << 'LUA'
local fade = require "fade"
local s = fade.sensitivity("life.toml", { params = "c=1e-4..1e-3", outcomes = "loss", n = 64 })
assert(math.abs(s.outcomes[1].inputs[1].total - 1) < 0.05)
assert(not pcall(fade.sensitivity, "life.toml", { params = "cc" }))
print("fine")
LUA
check "from Lua" test "$("$FADE" lua s.lua 2> err)" = fine
echo "1..$number"

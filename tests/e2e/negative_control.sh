#!/usr/bin/env bash
# negative_control.sh - a fleet drawn by lot, on which a score sheet must find no skill, and one that wears, on which it
# must find it: on vehicles never seen, and behind an origin.
# uncounted: what it runs is counted in evaluate.sh
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
small=(--set source.vehicles=12 --set source.rows=60)

# scored WHAT EXPRESSION SCENARIO ARG.. - ok when it holds of v, what fade evaluate says; m: its models by name.
scored() {
    local what=$1 expression=$2 scenario=$3
    shift 3
    "$FADE" evaluate "scenarios/$scenario" "${small[@]}" "$@" --json > "$work/v.json" 2> "$work/err"
    check "$what" python3 -c 'import json, sys
v = json.load(open(sys.argv[2]))
m = {x["model"]: x for x in v["models"]}
sys.exit(0 if eval("(" + sys.argv[1] + ")") else json.dumps(v["models"])[:1500])' "$expression" "$work/v.json"
}
skilled='lambda x: x["skill_lower"] is not None and x["skill_lower"] > 0'
for target in rul failed; do
    scored "$target by lot: no skill, whatever the model" "not any(($skilled)(m[k]) for k in ('ridge', 'xgboost'))
        and all(abs(m[k]['r2']) < 0.05 for k in ('ridge', 'xgboost'))" fleet-noise.toml --target $target --ask estimate
done
scored "by lot: no skill on later rows either" "not any(($skilled)(m[k]) for k in ('ridge', 'xgboost'))" \
    fleet-noise.toml --split holdout:0.5 --ask estimate
scored "remaining life of vehicles never seen: the wear is found" "($skilled)(m['ridge'])
    and m['ridge']['rmse'] < 0.8 * m['mean']['rmse']" fleet-wear.toml --ask estimate --corrector ridge \
    --set source.vehicles=24
scored "failures of vehicles never seen: the wear is found" "($skilled)(m['xgboost'])" \
    fleet-wear.toml --target failed --ask estimate --corrector xgboost
"$FADE" evaluate scenarios/fleet-noise.toml "${small[@]}" --ask estimate --corrector ridge > "$work/out" 2> "$work/err"
check "said in words: no better than" grep -q "ridge: no better than" "$work/out"
check "errors of times are told in hours" grep -q "^(in h; skill" "$work/out"
"$FADE" evaluate scenarios/fleet-noise.toml "${small[@]}" --ask estimate --corrector ridge --target failed --no-checks \
    > "$work/out.failed" 2> "$work/err"
check "and of what has no unit none is said" grep -q "^(skill: 1 - RMSE" "$work/out.failed"
check "and that chance does as well" grep -q "no better than chance" "$work/out"
"$FADE" evaluate scenarios/fleet-noise.toml "${small[@]}" --ask estimate \
    --set 'corrector.1.features=["time_to_failure"]' --corrector ridge > "$work/out" 2> "$work/err"
check "another target is no feature" grep -q "time_to_failure contains the answer" "$work/err"
"$FADE" run scenarios/fleet-noise.toml --out "$work/r" > "$work/out" 2> "$work/err"
check "a run needs a law" grep -q 'physics = "none": nothing ages in a run' "$work/err"
echo "1..$number"

#!/usr/bin/env bash
# trees.sh - B0005 with boosted trees and a forest on the residual, in whole runs.
# uncounted: what it runs is the plugin's, and test_xgboost counts it
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

if [ ! -e "${FADE_BUILD:-build}/plugins/xgboost.so" ]; then
    skip "xgboost" "the plugin is not built: it needs libxgboost"
    exit
fi
check "fade plugin check xgboost" "$FADE" plugin check xgboost
if [ ! -e "$FADE_DATA/nasa/B0005.mat" ]; then
    skip "xgboost on B0005" "no data in $FADE_DATA"
    exit
fi
cat > "$work/b5.toml" << END
[cell]
nominal_capacity = "2 Ah"
[conditions]
depth    = 1
soc_mean = 0.5
[source]
plugin = "nasa"
path   = "$FADE_DATA/nasa/B0005.mat"
[[physics]]
plugin = "xu2018"
[corrector]
plugin   = "xgboost"
features = ["cycle", "physics_loss"]
[evaluate]
split = { kind = "holdout", fraction = 0.5 }
[[output]]
plugin = "csv"
END
run() {
    "$FADE" run "$work/b5.toml" --json --out "$work/$1" --set "corrector.mode=$1" -vv \
        > "$work/$1.json" 2> "$work/$1.log"
}
for mode in boosted forest; do
    check "$mode: runs" run "$mode"
    check "$mode: better than the law alone, where trees hold their last value" jq -e '
        [.scores[] | select(.model == "hybrid" or .model == "physics") | { (.model): .rmse }] | add |
        .hybrid < .physics' \
        "$work/$mode.json"
    check "$mode: says what the trees use" grep -q "share of the gain: .*cycle.*SHAP" "$work/$mode.log"
done
"$FADE" run "$work/b5.toml" --quiet --out "$work/again" > /dev/null
check "the same bits again" cmp -s "$work/boosted/rows.csv" "$work/again/rows.csv"
jq -r '.scores[] | "# \(.variant) \(.model): RMSE \(.rmse)"' "$work/boosted.json"

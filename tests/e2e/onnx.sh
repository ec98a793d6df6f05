#!/usr/bin/env bash
# onnx.sh - models of ridge and mlp as ONNX files say in onnxruntime what they say here.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
mkdir "$work/files"

# ---- the verb: train, export, and what predict says of the same rows, undone to the model's own numbers
awk 'BEGIN {
    print "cycle,capacity_ah"
    for (i = 1; i <= 120; i++) printf "%d,%.6f\n", i, 2 * (1 - 2e-3 * i ^ 0.9) + 0.02 * sin(i / 9)
}' > "$work/rows.csv"
cat > "$work/one.toml" << 'END'
[cell]
initial_capacity = 2
[source]
plugin = "csv"
path = "rows.csv"
[[physics]]
plugin = "power-law"
[corrector]
plugin = "ridge"
features = ["cycle", "cycle_sqrt"]
[evaluate]
split = { kind = "holdout", fraction = 0.5 }
END
"$FADE" plugin list --json 2> "$work/said" | grep -q '"mlp"' || {
    skip "models in onnxruntime" "there is no plugin mlp: it needs cblas.h"
    exit 0
}
for plugin in ridge mlp; do
    check "$plugin learns" "$FADE" train "$work/one.toml" --set "corrector.plugin=\"$plugin\"" --save "$work/$plugin"
    file=$work/files/saved-$plugin
    check "its model is exported" "$FADE" model export "$work/$plugin" --onnx "$file.onnx"
    said=$("$FADE" model export "$work/$plugin" --onnx "$file.onnx" --json)
    same_sum=$(sha256sum "$file.onnx" | cut -d ' ' -f 1)
    check "the same bytes again, as their sum says" test "$(jq -r .sha256 <<< "$said")" = "${same_sum:-none}"
    check "predict says what it gives" "$FADE" predict "$work/$plugin" "$work/rows.csv" -o "$work/$plugin.csv"
    read -r gate stretch reach < <(jq -r '[.gate, .stretch, .reach // "inf"] | @tsv' <<< "$said")
    check "the gate is open" test "$gate" != 0
    awk -F , -v gate="$gate" -v stretch="$stretch" -v reach="$reach" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    {
        d = $at["distance"]; fading = reach == "inf" ? 1 : exp(-(d / reach) ^ 2)
        printf "%d,%.17g,%.17g,%.17g,%.17g\n", $at["cycle_count"], sqrt($at["cycle_count"]), \
            $at["correction_ah"] / (gate * fading), $at["sigma_ah"] / stretch, d }' "$work/$plugin.csv" > "$file.csv"
done
fails "a model that is not there" 4 "nowhere" "$FADE" model export "$work/nowhere" --onnx "$work/x.onnx"
fails "no file named" 2 "--onnx FILE" "$FADE" model export "$work/mlp"
fails "a cell it does not know" 4 "has no model of cell B0005, only of rows" "$FADE" model export "$work/mlp" \
    --cell B0005 --onnx "$work/x.onnx"
fails "a folder that is not there" 7 "$work/no/where" "$FADE" model export "$work/mlp" --onnx "$work/no/where/x.onnx"

# ---- one model a cell, and a plugin that writes none
awk -F , 'NR == 1 { print "cell," $0; next } { print (NR % 2 ? "A," : "B,") $0 }' "$work/rows.csv" > "$work/two.csv"
check "a model of each of two cells" "$FADE" train "$work/one.toml" --set "source.path=\"$work/two.csv\"" \
    --save "$work/two"
fails "one of them has to be chosen" 4 "holds 2 models, and an ONNX file holds one: choose a cell of B, A" \
    "$FADE" model export "$work/two" --onnx "$work/x.onnx"
check "by its name" "$FADE" model export "$work/two" --cell B --onnx "$work/x.onnx"
if "$FADE" plugin list --json | grep -q '"polynomial"'; then
    check "a polynomial learns" "$FADE" train "$work/one.toml" --set 'corrector.plugin="polynomial"' --save "$work/poly"
    fails "which is refused" 4 "polynomial does not write ONNX files; mlp and ridge do" \
        "$FADE" model export "$work/poly" --onnx "$work/x.onnx"
fi

# ---- models of every kind, written by the unit test
writer=${FADE_BUILD:-build}/tests/test_onnx
if [ ! -x "$writer" ]; then
    skip "models of every activation" "$writer is not built"
elif FADE_BUILD=${FADE_BUILD:-build} "$writer" "$work/files" > "$work/log" 2>&1; then
    ok "models of every activation are written"
else
    bad "models of every activation are written" "$(tail -n 5 "$work/log")"
fi

peers "models in onnxruntime"
"$peer" tests/peers/compare_onnx.py "$work/files" "$number"

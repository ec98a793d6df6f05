#!/usr/bin/env bash
# nasa.sh - real cells: B0005 from its .mat file, and per-cycle files of other laboratories.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

if [ ! -e "$FADE_DATA/nasa/B0005.mat" ]; then
    skip "B0005" "no data in $FADE_DATA"
    exit
fi
check "scenarios/nasa-b0005.toml runs" "$FADE" run scenarios/nasa-b0005.toml --quiet --out "$work/b5"
"$FADE" run scenarios/nasa-b0005.toml --json --out "$work/json" > "$work/result.json" 2> /dev/null
column() { awk -F, -v want="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i; next } { print $c }' "$2"; }
first=$(head -n 2 "$work/b5/rows.csv" | column capacity_ah /dev/stdin | cut -c 1-6)
last=$(column capacity_ah "$work/b5/rows.csv" | tail -n 1 | cut -c 1-6)
rows=$(tail -n +2 "$work/b5/rows.csv" | cut -d, -f 2 | sort -un | wc -l)
check "168 discharges" [ "$rows" -eq 168 ]
check "first 1.8565 Ah" [ "$first" = 1.8564 ]
check "last 1.3251 Ah" [ "$last" = 1.3250 ]
for c in physics_capacity_ah hybrid_capacity_ah; do
    n=$(column "$c" "$work/b5/rows.csv" | grep -c .)
    check "$c in every row" [ "$n" -eq "$(tail -n +2 "$work/b5/rows.csv" | wc -l)" ]
done
for model in physics hybrid persistence drift; do
    check "scores of $model" jq -e --arg m "$model" \
        '[.scores[] | select(.model == $m) | .rmse, .mae, .r2, .mape] | length >= 4 and all(type == "number")' \
        "$work/result.json"
done
jq -r '.scores[] |
    "# \(.variant) \(.model): n \(.n) RMSE \(.rmse) MAE \(.mae) R2 \(.r2) MAPE \(.mape)"' "$work/result.json"

for file in nasa_pcoe:B0006 calce_cs2:CS2_35 matr_b1:b1c1; do
    check "scenarios/percycle.toml on ${file%%:*} ${file##*:}" \
        "$FADE" run scenarios/percycle.toml --quiet --out "$work/${file%%:*}" \
        --set "source.path=$FADE_DATA/percycle/${file%%:*}.csv" --set "source.cell=${file##*:}"
done

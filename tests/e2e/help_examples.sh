#!/usr/bin/env bash
# help_examples.sh - every example that `fade VERB --help` gives is run, in the order of the help, beside the scenarios.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
root=$PWD fade=$(realpath "$FADE")
cd "$work" || exit
cp -r "$root/scenarios" scenarios
sed -i 's/^cells .*/cells      = 4/' scenarios/virtual-fleet.toml          # half the fleet, in half the time
ln -s "$root/parameters" parameters
mkdir bin && ln -s "$fade" bin/fade
PATH=$work/bin:$PATH

# examples [VERB..] - the examples of a verb and of those beneath it.
examples() {
    local verb
    fade "$@" --help | awk '/^examples$/ { on = 1; next } on { sub(/^  /, ""); print }'
    [ $# -lt 2 ] || return
    while read -r verb; do
        examples "$@" "$verb"
    done < <(fade "$@" --help | awk -v above="$*" '
        /^verbs$/ { on = 1; next }
        /^flags/ { on = 0 }
        on && /^  [a-z]/ { n = split(above, w, " "); print $(n + 1) }')
}

# What examples take for granted: files of one's own.
sed 's/^cycles.*/cycles = 50/' scenarios/minimal.toml > xu.toml
sed 's/xu2018/wang2011/' xu.toml > wang.toml
cp scenarios/virtual-fleet.toml last-year.toml
cp scenarios/virtual-fleet.toml this-month.toml
fade sweep plan scenarios/sweep.toml -o plan.json > said 2>&1
for shard in $(seq 16); do
    fade sweep run plan.json --shard "$shard/16" --store "shard-$shard.sqlite" --quiet > said 2>&1
done
for name in a b; do
    fade run scenarios/minimal.toml --cycles 50 --out "results/$name" --quiet > said 2>&1
done
mkdir plugins
fade plugin new physics my-law > said 2>&1 && make -C my-law > said 2>&1
[ -f "$FADE_DATA/bpx/nmc_pouch_cell_BPX.json" ] && cp "$FADE_DATA/bpx/nmc_pouch_cell_BPX.json" cell_BPX.json

mapfile -t all < <(examples)
if [ "${#all[@]}" -gt 80 ]; then ok "verbs have examples"; else bad "verbs have examples" "${#all[@]} of them"; fi
for line in "${all[@]}"; do
    case $line in
        *cell_BPX.json*) [ -f cell_BPX.json ] || { skip "$line" "no BPX file here"; continue; } ;;
        *FADE_DATA*) [ -d "$FADE_DATA/nasa" ] || { skip "$line" "no NASA data here"; continue; } ;;
        *--figure*|*"fade plot"*) command -v gnuplot > /dev/null || { skip "$line" "no gnuplot"; continue; } ;;
        *"man -l"*) line=${line%%|*} ;;
        "fade lua") line="fade lua < /dev/null" ;;
        "fade plugin new physics my-law") rm -r my-law ;;
    esac
    bash -c "$line" > out 2> err < /dev/null
    status=$?
    [[ $line == *--strict* && $status -eq 1 ]] && status=0              # something drifted, as asked
    if [ "$status" -ne 0 ]; then
        bad "$line" "exit $status: $(tail -n 3 err)"
    elif [[ $line == *" --json"* && -s out ]] && ! python3 -m json.tool out > /dev/null 2> err; then
        bad "$line" "no JSON: $(tail -n 1 err)"
    else
        ok "$line"
    fi
done

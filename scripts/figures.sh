#!/usr/bin/env bash
# figures.sh [FOLDER] - draws the pictures of docs/examples.md and docs/packs.md into FOLDER (docs/figures), as KIND
# (svg).
set -euo pipefail
cd "$(dirname "$0")/.."
fade=$(realpath "${BUILD:-build}/fade") to=${1:-docs/figures} kind=${KIND:-svg}
unset FADE_BUILD
mkdir -p "$to"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

life() {                                # life NAME SCENARIO ARG..
    "$fade" lifetime "scenarios/$2" --plot "$to/$1.$kind" --x years --quiet "${@:3}" > /dev/null
}
draw() {                                # draw NAME TITLE RESULT.. [-- ARG..]
    local name=$1 title=$2 results=()
    shift 2
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        results+=("$1")
        shift
    done
    "$fade" plot "${results[@]}" -o "$to/$name.$kind" --title "$title" --y soh "${@:2}"
}
program() { "$fade" lua "scenarios/$1.lua" "$made/$1" > /dev/null 2> "$made/said"; }

life car-climates car-climates.toml
life commute commute.toml
life home-storage home-storage.toml
life fleet-life fleet-life.toml

program second-life
draw second-life "In the car until 80 %, then something else: nca-gr-panasonic" "$made"/second-life/* -- --x years
program fast-charge
draw fast-charge "One charge of 50 % a day, some of them fast: nmc622-gr-denso" \
    "$made/fast-charge/fast "{0,12.5,25,50,100}" %" -- --x years
program arbitrage
draw arbitrage "A storage that trades once a day, by depth: lfp-gr-250ah" \
    "$made/arbitrage/"{0,25,50,75,100}" %" -- --x years

"$fade" run scenarios/early-warning.lua --out "$made/vans" --quiet > /dev/null 2> "$made/said"
draw early-warning "Six of sixty vans, one weak battery: nca-gr-panasonic" "$made/vans" -- --x years 2> "$made/said"
"$fade" sweep run scenarios/spare.toml --store "$made/spare.sqlite" --quiet
draw spare "Ten years on a shelf: nmc111-gr-kokam" "$made/spare.sqlite" -- \
    --x source.soc_mean --by source.temperature_mean
"$fade" run scenarios/compare-chemistries.toml --set "duty.row=60 days" --out "$made/chemistries" --quiet > /dev/null
draw compare-chemistries "From 10 to 90 % and back once a day at 25 degC" "$made/chemistries" -- --x years --size 8x5

# Of samples: columns COLUMN.. over the hours of the first discharge and rest.
samples() {                             # samples NAME TITLE FOLDER YLABEL COLUMN:NAME ..
    local name=$1 title=$2 folder=$3 label=$4 lines=() pair
    shift 4
    for pair in "$@"; do
        lines+=("'$folder/samples.csv' using (column('cycle_time_second')/3600):(column('${pair%%:*}')) with lines \
lw 1.5 title '${pair#*:}'")
    done
    gnuplot << END
set terminal $kind size 640,340 font 'sans,11'
set output '$to/$name.$kind'
set datafile separator ','
set key autotitle columnhead left bottom
set title '$title'
set xlabel 'hours'
set ylabel '$label'
set grid
plot [0:1.15] $(IFS=,; echo "${lines[*]}")
END
}
"$fade" run scenarios/pack.toml --set run.cycles=1 --out "$made/pack" --quiet > /dev/null
samples pack-share "Group s1 of the pack: the current of its two cells" "$made/pack" "A" \
    current_s1p1_ampere:s1p1 current_s1p2_ampere:s1p2
samples pack-weakest "The lowest and the highest cell of the string" "$made/pack" "V" \
    lowest_cell_voltage_volt:lowest highest_cell_voltage_volt:highest

#!/usr/bin/env bash
# figures.sh [FOLDER] - draws the pictures of docs/examples.md into FOLDER (docs/figures), as KIND (svg).
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

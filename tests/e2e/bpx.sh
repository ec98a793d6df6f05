#!/usr/bin/env bash
# bpx.sh - BPX files are read as the reference parser `bpx` of PyPI reads them.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
data=${FADE_DATA:-../shared/data}/bpx
peers "BPX files against PyPI's parser"

files=(tests/bpx/lg-m50.json)
for name in lfp_18650_cell_BPX nmc_pouch_cell_BPX nmc_pouch_cell_BPX_SPM; do
    if [ -e "$data/$name.json" ]; then
        files+=("$data/$name.json")
    else
        skip "$name is read as bpx reads it" "$data is not there: FADE_DATA"
    fi
done
for file in "${files[@]}"; do
    name=$(basename "$file" .json)
    check "$name is a parameter set" "$FADE" params show "$file"
    "$FADE" params show "$file" --json > "$work/shown.json" 2> "$work/err"
    said=$("$peer" tests/bpx/compare.py "$file" "$work/shown.json" 2>&1)
    case $said in
        *"values agree"*) ok "$name is read as bpx reads it ($said)" ;;
        *) bad "$name is read as bpx reads it" "$said" ;;
    esac
done

# What bpx refuses is refused here.
for change in 's/"Porosity"/"Porossity"/' 's/"Model": "DFN"/"Model": "SPM"/' 's/"1.1.0"/"x"/' 's/: 0.026346/: "a"/' \
    's/"Header"/"Heder"/'; do
    sed "$change" tests/bpx/lg-m50.json > "$work/bad.json"
    if "$peer" -W ignore -c 'import bpx, sys; bpx.parse_bpx_file(sys.argv[1])' "$work/bad.json" > /dev/null 2>&1; then
        bad "bpx refuses $change" "it does not"
    fi
    fails "so does fade: $change" 4 "bad.json:" "$FADE" params show "$work/bad.json"
done
echo "1..$number"

#!/usr/bin/env bash
# measured_cells.sh - SPM, SPMe and DFN on the BPX files of two measured cells: the error of the voltage in mV.
# uncounted: what it runs of core/ other tests run too, so `coverage` does without its minutes
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
if [ ! -d "$FADE_DATA/about_energy" ] || [ ! -d "$FADE_DATA/bpx" ]; then
    skip "measured cells" "no about_energy and bpx in FADE_DATA ($FADE_DATA)"
    exit 0
fi
FADE=$FADE python3 tests/peers/measured_cells.py "$FADE_DATA"

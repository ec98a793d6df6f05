#!/usr/bin/env bash
# pybamm.sh - discharges, a CC-CV cycle and 50 ageing cycles beside PyBaMM itself.
# uncounted: what it runs of core/ other tests run too, so `coverage` does without its minutes
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
peers "the comparison with PyBaMM"
FADE=$FADE "$peer" tests/peers/compare_pybamm.py --light discharges cycle ageing

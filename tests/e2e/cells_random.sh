#!/usr/bin/env bash
# cells_random.sh - random protocols on random cells: an answer or a reason, always; seeds are fixed.
# uncounted: what it runs of core/ other tests run too, so `coverage` does without its minutes
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
FADE=$FADE python3 tests/peers/random_cells.py 1 "${CELLS_RANDOM:-25}"

#!/usr/bin/env bash
# setup.sh - set-up says what it does, does nothing twice, and without root prints the one line to run.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

if ! command -v dpkg-query > /dev/null; then
    skip "set-up" "not a Debian system"
    exit 0
fi

fails "with everything there it says so" 0 "packages are installed" scripts/setup.sh run
check "--if-missing is silent then" test -z "$(scripts/setup.sh --if-missing run test 2>&1)"

export FADE_PEERS=$work/peers PIP_INDEX_URL=http://127.0.0.1:9/
fails "without PyPI the peers are left out" 0 "tests that compare with them are skipped" scripts/peers.sh
fails "and whoever asks for them is told why" 1 "PyPI gave no pybamm" scripts/peers.sh --python
fails "before they were asked for, too" 1 "scripts/peers.sh" env FADE_PEERS="$work/never" scripts/peers.sh --python

if [ "$(id -u)" -ne 0 ]; then
    skip "without root" "it takes root to become somebody who is not"
    exit 0
fi
chmod 755 "$work"
cp -r scripts "$work/scripts"
echo 'run  fade-no-such-package' >> "$work/scripts/packages"
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups "$work/scripts/setup.sh")
fails "without root it prints the one line to run, and fails" 1 \
    "sudo apt-get update && sudo apt-get install --no-install-recommends fade-no-such-package" "${nobody[@]}" run
fails "--if-missing does so too" 1 "fade-no-such-package" "${nobody[@]}" --if-missing run

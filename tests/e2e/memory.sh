#!/usr/bin/env bash
# memory.sh - memory does not grow with the number of cycles, and 100,000 lanes fit 200 MB.
# uncounted: what it runs of core/ other tests run too, so `coverage` does without its minutes
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

cat > "$work/one.toml" << 'END'
[run]
name = "one"
cycles = 1000
[cell]
nominal_capacity = 2
[source]
plugin = "constant"
[physics]
plugin = "xu2018"
[[output]]
plugin = "csv"
every = 100
END
# peak COMMAND.. - most memory the command held, in KB.
peak() {
    /usr/bin/time -f %M -o "$work/peak" "$@" > "$work/said" 2>&1 || { cat "$work/said" >&2 && return 1; }
    cat "$work/peak"
}
if [ ! -x /usr/bin/time ]; then
    skip "memory" "/usr/bin/time is not here (Debian package time)"
    exit
fi
short=$(peak "$FADE" run "$work/one.toml" --quiet --out "$work/short") || bad "a run of 10^3 cycles"
long=$(peak "$FADE" run "$work/one.toml" --quiet --out "$work/long" --cycles 1000000) || bad "a run of 10^6 cycles"
if [ "$long" -lt $((short + 1024)) ]; then
    ok "10^6 cycles hold the memory of 10^3 ($long KB against $short KB)"
else
    bad "10^6 cycles hold the memory of 10^3" "$long KB against $short KB"
fi
many=$(peak "$FADE" run "$work/one.toml" --quiet --out "$work/many" --set source.cells=100000 \
    --set output.every=1000) || bad "10^5 lanes"
if [ "${many:-999999}" -le 204800 ]; then
    ok "10^5 lanes x 1,000 cycles of xu2018 in $many KB"
else
    bad "10^5 lanes x 1,000 cycles of xu2018 within 200 MB" "$many KB"
fi

# A duty repeated for ten years holds the memory of one repeated for one.
awk 'BEGIN {
    print "time_s,soc"
    for (h = 0; h < 168; h++)
        print h * 3600 "," (h % 24 < 8 ? 0.9 : h % 24 < 20 ? 0.9 - (h % 24 - 8) / 20 : 0.3 + (h % 24 - 20) / 6.67)
}' > "$work/week.csv"
cat > "$work/duty.toml" << 'END'
[run]
name = "duty"
[cell]
nominal_capacity = 2
[source]
plugin = "profile"
path = "week.csv"
temperature = "25 degC"
period = "7 days"
[duty]
row = "30 days"
[physics]
plugin = "nmc-gr-b1"
[[output]]
plugin = "csv"
END
year=$(peak "$FADE" run "$work/duty.toml" --quiet --out "$work/year" --set 'source.length="1 year"') ||
    bad "a duty of a year"
century=$(peak "$FADE" run "$work/duty.toml" --quiet --out "$work/century" --set 'source.length="100 years"') ||
    bad "a duty of 100 years"
if [ "${century:-999999}" -lt $((${year:-0} + 1024)) ]; then
    ok "a duty of 100 years holds the memory of one ($century KB against $year KB)"
else
    bad "a duty of 100 years holds the memory of one" "$century KB against $year KB"
fi

# Cells from the inside, each with its own area: more cycles hold the memory of fewer.
cat > "$work/cells.toml" << 'END'
[run]
name = "cells"
[protocol]
steps = ["Discharge at 1C until 2.7 V", "Charge at 1C until 4.2 V", "Hold at 4.2 V until C/20"]
[source]
plugin = "constant"
cells = 400
duration = 0
[[physics]]
plugin = "spm"
parameters = "kokam-slide"
area = { mean = 0.0982, sd = 0.001 }
[[output]]
plugin = "csv"
END
few=$(peak "$FADE" run "$work/cells.toml" --quiet --out "$work/few" --cycles 80) || bad "80 cycles of 400 cells"
more=$(peak "$FADE" run "$work/cells.toml" --quiet --out "$work/more" --cycles 200) || bad "200 cycles of 400 cells"
if [ "${more:-999999}" -lt $((few + 2048)) ]; then
    ok "400 spread cells by spm: 200 cycles hold the memory of 80 ($more KB against $few KB)"
else
    bad "400 spread cells by spm: 200 cycles hold the memory of 80" "$more KB against $few KB"
fi

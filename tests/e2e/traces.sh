#!/usr/bin/env bash
# traces.sh - samples within cycles: to every output, over a kill, out as Battery Data Format that its validator takes,
# as pictures.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
root=$PWD
case $FADE in /*) ;; *) FADE=$root/$FADE ;; esac
cd "$work" || exit 1

cat > life.toml << 'END'
[run]
name = "traced"
cycles = 40
[cell]
nominal_capacity = 2
[source]
plugin = "constant"
cells = 2
depth = 1
soc_mean = 0.5
temperature_mean = "25 degC"
temperature_ambient = "25 degC"
[[physics]]
name = "aged"
parts = [{ plugin = "thevenin", capacity = "@capacity" }, { plugin = "power-law" }]
[protocol]
steps = ["Discharge at 1C until 3 V", "Rest for 10 minutes", "Charge at C/2 until 4.1 V",
         "Hold at 4.1 V until C/50", "Rest for 10 minutes"]
[trace]
cycles = "first, last, every 10"
period = "30 s"
[[output]]
plugin = "csv"
[[output]]
plugin = "jsonl"
[[output]]
plugin = "sqlite"
END
check "a run with samples" "$FADE" run life.toml --quiet --out r
n=$(($(wc -l < r/samples.csv) - 1))
check "of two cells and five cycles" [ "$(tail -n +2 r/samples.csv | cut -d, -f1,2 | sort -u | wc -l)" -eq 10 ]
check "as many in JSON lines" [ "$(wc -l < r/samples.jsonl)" -eq "$n" ]
check "as many in SQLite" [ "$(sqlite3 r/results.sqlite 'select count(*) from sample')" -eq "$n" ]

# One output alone has samples made in its own block, several get copies.
sed '/jsonl\|sqlite/{N;d}; /^\[\[output\]\]$/{N;/jsonl\|sqlite/d}' life.toml > alone.toml
check "a run with one output" "$FADE" run alone.toml --quiet --out alone
check "which is one" [ "$(grep -c '^plugin = "\(csv\|jsonl\|sqlite\)"' alone.toml)" -eq 1 ]
same "has the samples of a run with three" r/samples.csv alone/samples.csv

# A run that is cut, in whichever way, gives the same samples.
sed 's/cycles = 40/cycles = 4000/; s/^name = "traced"/&\nsnapshot = "0.05 s"\nthreads = 2/; s/every 10/every 200/' \
    life.toml > long.toml
check "a long run" "$FADE" run long.toml --quiet --out whole
status=1 killed=0 how=()
while [ "$status" -ne 0 ] && [ "$killed" -lt 6 ]; do
    struck KILL cut "$FADE" run long.toml --quiet --out cut "${how[@]}"
    how=(--resume)
done
check "killed $killed times" [ "$killed" -gt 0 ]
[ "$status" -eq 0 ] || check "goes on to its end" "$FADE" run long.toml --quiet --out cut --resume
same "a killed run has the same samples" whole/samples.csv cut/samples.csv

# Battery Data Format: a file per cell, sums and nets that hold, never falling.
check "bdf takes samples" "$FADE" export r -f bdf -o bdf/ --quiet
file=$(find bdf -name 'fade__cell-1__*_001.bdf.csv')
check "a file named as the format asks" [ -n "$file" ]
check "charge is positive, sums hold" awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { c = $at["Charging Capacity / Ah"]; d = $at["Discharging Capacity / Ah"]; t = $at["Test Time / s"]
      if ($at["Step Type"] == "CC_CHG" && !($at["Current / A"] > 0)) bad = 1
      if ($at["Step Type"] == "CC_DCH" && !($at["Current / A"] < 0)) bad = 1
      if ((e = $at["Cumulative Capacity / Ah"] - (c + d)) > 1e-9 || e < -1e-9) bad = 1
      if ((e = $at["Net Capacity / Ah"] - (c - d)) > 1e-9 || e < -1e-9) bad = 1
      if (c < c0 || d < d0 || t < t0) bad = 1
      c0 = c; d0 = d; t0 = t }
    END { exit bad || NR < 100 }' "$file"
check "as gzip too" "$FADE" export r -f bdf.gz -o gz/ --quiet
same "of the same bytes" "$file" <(gzip -dc gz/fade__cell-1__*.bdf.gz)
check "as Parquet too" "$FADE" export r -f bdf.parquet -o parquet/ --quiet
check "a row per cycle if asked for" \
    bash -c '"$1" export r -f bdf --cycles --cell cell-1 | head -1 | grep -q "Physics Capacity / Ah"' - "$FADE"
check "samples under PyBaMM's names" \
    bash -c '"$1" export r --samples --names pybamm | head -1 |
        grep -q "Time \[s\].*Voltage \[V\],Current \[A\]"' - "$FADE"
sed 's/^\[trace\]/[logging]/; /^period/d; /^cycles = "first/d' life.toml > plain.toml
check "a run without" "$FADE" run plain.toml --quiet --out plain
fails "has no samples" 4 'keeps no samples' "$FADE" export plain --samples

if command -v gnuplot > /dev/null; then
    check "a picture of a cycle" "$FADE" plot r --trace -o trace.svg --quiet
    check "of dQ/dV" "$FADE" plot r --dqdv --cell cell-1 -o dqdv.svg --quiet
    fails "not of a run without samples" 4 'keeps no samples' "$FADE" plot plain --trace -o no.svg
else
    skip "pictures" "gnuplot is not there"
fi

cd "$root" || exit 1
peers "batterydf's validator"
bdf=$(dirname "$peer")/bdf
check "batterydf takes the text" "$bdf" validate --strict "$work/$file"
check "and the Parquet" "$bdf" validate --strict "$(find "$work/parquet" -name '*cell-1*')"

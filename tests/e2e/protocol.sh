#!/usr/bin/env bash
# protocol.sh - protocols from the command line: what was understood, TOML and Lua alike, drive cycles, and PyBaMM's
# reading of the same sentences.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
[[ $FADE == /* ]] || FADE=$PWD/$FADE
compare=$PWD/tests/peers/pybamm_sentences.py
root=$PWD
cd "$work" || exit

head='[run]
name = "p"
cycles = 3
[cell]
nominal_capacity = 2
[source]
plugin = "constant"
temperature_ambient = "25 degC"
duration = 0
cells = 3
[[physics]]
plugin = "thevenin"
[[output]]
plugin = "csv"
path = "rows.csv"
'
printf 'time_s,current_a\n0,0\n60,4\n90,-2\n120,0\n' > drive.csv
cat > a.toml <<END
$head
[protocol]
steps = [
    "Discharge at 1C until 3.2 V or for 20 minutes",
    { repeat = 2, steps = ["Rest for 5 minutes", { step = "Discharge at C/2", until = ["3.3 V", "0.05 Ah"] }] },
    { drive_cycle = "drive.csv", loop = true, until = "3.4 V", for = "1 h", temperature = "35 degC" },
    { name = "again", step = "Charge at C/2 until 4.1 V", skip_if = "soc > 0.95" },
    "Hold at 4.1 V until C/20",
]
reference_test = { every = 2, steps = ["Discharge at C/2 until 3 V"] }
END
cat > a.lua <<END
return {
    run = { name = "p", cycles = 3 },
    cell = { nominal_capacity = 2 },
    source = { plugin = "constant", temperature_ambient = "25 degC", duration = 0, cells = 3 },
    physics = { { plugin = "thevenin" } },
    output = { { plugin = "csv", path = "rows.csv" } },
    protocol = {
        steps = {
            "Discharge at 1C until 3.2 V or for 20 minutes",
            { ["repeat"] = 2, steps = {
                "Rest for 5 minutes", { step = "Discharge at C/2", ["until"] = { "3.3 V", "0.05 Ah" } },
            } },
            { drive_cycle = "drive.csv", loop = true, ["until"] = "3.4 V", ["for"] = "1 h", temperature = "35 degC" },
            { name = "again", step = "Charge at C/2 until 4.1 V", skip_if = "soc > 0.95" },
            "Hold at 4.1 V until C/20",
        },
        reference_test = { every = 2, steps = { "Discharge at C/2 until 3 V" } },
    },
}
END
check "TOML runs" "$FADE" run a.toml --quiet --out a
check "Lua runs" "$FADE" run a.lua --quiet --out b
same "both give the same rows" a/rows.csv b/rows.csv
says() {
    local what=$1 text=$2 said
    shift 2
    said=$("$@" 2>&1)
    if [[ $said == *"$text"* ]]; then ok "$what"; else bad "$what" "no '$text' in: $said"; fi
}
says "the plan tells the steps" "current 2 A for 1200 s until voltage <= 3.2 V" "$FADE" run a.toml --dry-run
says "and the drive cycle" \
    "current by 4 points in 120 s, again and again for 3600 s until voltage <= 3.4 V at 35 degC" \
    "$FADE" run a.toml --dry-run
says "and groups" "2 times" "$FADE" run a.toml --dry-run
says "the test has columns" "physics_reference_capacity_ah" head -n 1 a/rows.csv
check "filled in rows 1 and 2 only" awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "physics_reference_capacity_ah") c = i }
    NR > 1 && ($c == "") != ($2 == 3) { bad = 1 } END { exit bad }' a/rows.csv

# --- the place of a mistake, inside a table and a sentence
printf '%s\n[protocol]\nsteps = [\n    { step = "Discharge at 1C until 2.5 Q" },\n]\n' "$head" > bad.toml
fails "a mistake has line and column" 4 "bad.toml:19:41: step" "$FADE" check bad.toml
printf '%s\n[protocol]\nsteps = [{ drive_cycle = "none.csv" }]\n' "$head" > bad.toml
fails "a missing file too" 7 "bad.toml:18:26" "$FADE" check bad.toml

# --- a cell that dies after some cycles keeps its rows; others go on
sed 's/plugin = "thevenin"/plugin = "thevenin"\ninitial_soc = [1, 0.3, 1]/; s/cycles = 3/cycles = 6/' a.toml |
    sed '/^\[protocol\]/,$d' > dies.toml
printf '[protocol]\nsteps = ["Discharge at C/2 for 30 minutes"]\n' >> dies.toml
"$FADE" run dies.toml --quiet --out d > said 2>&1
code=$?
check "some lanes ended: 3" [ $code -eq 3 ]
check "rows before are kept" [ "$(grep -c '^cell-1,' d/rows.csv)" -eq 4 ]
check "each cell has its own end" [ "$(grep -c '^cell-2,' d/rows.csv)" -eq 1 ]

# --- PyBaMM reads the same
cd "$root" || exit
peers "PyBaMM reads sentences as we do"
cat > "$work/sentences" <<END
Discharge at 1C for 0.5 hours
Discharge at C/20 for 0.5 hours
Charge at 0.5 C for 45 minutes
Discharge at 1 A for 0.5 hours
Charge at 200 mA for 45 minutes
Discharge at 1W for 0.5 hours
Charge at 200mW for 45 minutes
Rest for 10 minutes
Hold at 1V for 20 seconds
Charge at 1 C until 4.1V
Hold at 4.1 V until 50mA
Hold at 3V until C/50
Discharge at C/3 for 2 hours or until 2.5 V
Discharge at 4 Ohm until 3 V
Charge at 400 mOhm for 90 s
Charge at 2 W until C/20
Discharge at 2 W until 2700 mV (1 minute period)
Discharge at 1C until > 3 V
Charge at 1 W until < 1 A
Rest for 1 hr (30 second period)
Rest for 5 m
Hold at 4.2 V for 30 min or until C/50
END
cd "$work" || exit
"$peer" "$compare" < sentences > theirs 2> why || bad "PyBaMM reads them" "$(tail -n 3 why)"
{
    echo "$head"
    echo "[protocol]"
    echo "steps = ["
    sed 's/.*/    "&",/' sentences
    echo "]"
} > s.toml
"$FADE" run s.toml --dry-run | sed -n '/^  protocol/,/^  output/p' | grep -E '^  (protocol)? +[0-9]+ ' |
    sed -E 's/^  (protocol)? +[0-9]+ //' > ours
same "PyBaMM reads sentences as we do" theirs ours
echo "1..$number"

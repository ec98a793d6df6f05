#!/usr/bin/env bash
# duty.sh - duties as people meet them: a profile under laws of both kinds, checks, threads, hooks, sweeps, comparisons,
# kill -9.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
export FADE
cd "$work" || exit

# A year, hourly: a pattern of the day, two waves of temperature.
awk 'BEGIN {
    split("1 1 1 1 1 1 .4 .4 .6 .6 1 1 .9 .8 .7 .6 .5 .4 .3 .2 .2 .2 .2 .6", day, " ")
    print "time_s,soc,temperature_c"
    for (h = 0; h <= 8760; h++)
        printf "%d,%g,%.3f\n", h * 3600, day[h % 24 + 1],
            20 + 10 * sin(6.2831853 * h / 8760) + 5 * sin(6.2831853 * h / 24)
}' > year.csv

cat > duty.toml << 'END'
[run]
name = "a duty"
threads = 2
[cell]
nominal_capacity = "5 Ah"
[source]
plugin = "profile"
path = "year.csv"
length = "6 years"
cells = 3
[duty]
row = "30 days"
[[physics]]
plugin = "lfp-gr-250ah"
[[physics]]
plugin = "nmc622-gr-denso"
[[physics]]
plugin = "wang2011"
[[physics]]
plugin = "power-law"
[[output]]
plugin = "csv"
END

# column NAME FILE [VARIANT] - of cell-1.
column() { python3 -c 'import csv, sys
for r in csv.DictReader(open(sys.argv[2])):
    if r["battery_id"] == "cell-1" and (len(sys.argv) < 4 or r["variant"] == sys.argv[3]):
        print(r[sys.argv[1]])' "$@"; }
true_of() { python3 -c "import sys
a = [float(x) for x in open(sys.argv[1])]
b = [float(x) for x in open(sys.argv[2])] if len(sys.argv) > 2 else []
sys.exit(0 if $1 else str((a[:3], a[-3:], b[-3:])))" "${@:2}"; }

# --- runs
check "a duty is checked" "$FADE" check duty.toml
check "its plan says what comes from samples" grep -q "calendar from samples" <("$FADE" run --dry-run duty.toml)
check "and how often cycles are booked" \
    grep -q "lfp-gr-250ah books cycles after 1 day or past 1 equivalent full cycles" \
    <("$FADE" run --dry-run duty.toml)
check "and run" "$FADE" run duty.toml --quiet --out whole
check "73 rows of 30 days a cell and law" [ "$(wc -l < whole/rows.csv)" -eq $((1 + 3 * 4 * 73)) ]
column test_time_second whole/rows.csv lfp-gr-250ah > time.txt
check "time adds up" true_of 'abs(a[-1] - 6 * 365 * 86400) < 1' time.txt
check "one thread or two, tiles of 8" "$FADE" run duty.toml --quiet --threads 1 --set run.tile=8 --out one
same "the same bytes" whole/rows.csv one/rows.csv

# Rows of another length: the same life, seen elsewhere.
check "rows of a day" "$FADE" run duty.toml --quiet --set duty.row="'1 day'" --out days
column soh_ratio whole/rows.csv lfp-gr-250ah | tail -n 1 | tee soh > a
column soh_ratio days/rows.csv lfp-gr-250ah | tail -n 1 > b
check "rows of any length end at the same health" true_of 'abs(a[0] - b[0]) < 1e-12' a b
check "energy is kept" "$FADE" run duty.toml --quiet --set duty.keep=energy --out energy
column soh_ratio energy/rows.csv lfp-gr-250ah | tail -n 1 > b
check "and costs more life" true_of 'b[0] < a[0] - 1e-4' a b
check "the user's break points" "$FADE" run duty.toml --quiet --set duty.break_time="'7 days'" --out week
column soh_ratio week/rows.csv lfp-gr-250ah | tail -n 1 > b
check "change what is booked" true_of 'abs(a[0] - b[0]) > 1e-6' a b

# --- what is wrong is said
printf '%s\n' '[run]' 'cycles = 3' '[cell]' 'nominal_capacity = 1' '[source]' 'plugin = "constant"' '[duty]' \
    'row = "1 day"' '[physics]' 'plugin = "xu2018"' > rows.toml
fails "[duty] needs a duty" 4 "rows.toml:7" "$FADE" check rows.toml
fails "in words" 4 "[duty] is for a source whose samples are a duty; source constant gives rows" "$FADE" check rows.toml
fails "a key that is not there" 4 "break_tim" "$FADE" run duty.toml --set duty.break_tim=3 --out no
sed '100s/.*/356400,nonsense,20/' year.csv > wrong.csv
sed 's/"xu2018"/&\ntemperature_ref = "25 Ah"/; /duty/d; /^row/d' rows.toml > ref.toml
fails "a reference temperature in Ah" 4 'temperature_ref: "25 Ah" is in Ah, but K is wanted' "$FADE" check ref.toml
fails "a file that is wrong" 4 "wrong.csv" "$FADE" run duty.toml --set source.path=wrong.csv --out no

# --- hooks and laws in Lua
cat > hooks.lua << 'END'
return {
    base = "duty.toml",
    run = { name = "hooks" },
    physics = {
        { plugin = "lfp-gr-250ah" },
        {
            name = "script",
            doc = "Loss by throughput and time: without an inside, so rows are its events.",
            inputs = { "depth", "duration" },
            state = { gone = 0 },
            outputs = { loss = { unit = "1", min = 0, max = 1 } },
            step = function(x, u, p, dt)
                local gone = x.gone + 1e-5 * dt * u.depth + 1e-10 * u.duration
                return { gone = gone }, { loss = gone }
            end,
        },
    },
    output = { { plugin = "csv" }, { plugin = "jsonl" } },
    on_cycle = function(row)
        if row.index == 12 then return { mark = row.cell .. " is a year old" } end
        if row.soh < 0.94 then return "worn" end
    end,
}
END
check "functions see rows of a duty" "$FADE" run hooks.lua --quiet --out hooks
check "and mark them" grep -q "cell-2 is a year old" hooks/events.jsonl
check "and end cells" grep -q "worn" hooks/result.json
column physics_loss_ratio hooks/rows.csv script | tail -n 1 > a
column test_time_second hooks/rows.csv script | tail -n 1 > b
column equivalent_full_cycles hooks/rows.csv script | tail -n 1 > c
check "a law in Lua steps by rows" python3 -c 'loss, time, cycles = (float(open(x).read()) for x in "abc")
assert abs(loss - 1e-5 * cycles - 1e-10 * time) < 1e-12 and time > 1e7, (loss, time, cycles)'
cat > set.lua << 'END'
return { base = "duty.toml", conditions = { soc_mean = function(row) return 0.5 end } }
END
fails "a function may not write what the duty writes" 4 "soc_mean has two writers" "$FADE" check set.lua

# --- many points on one duty
cat > sweep.toml << 'END'
base = "duty.toml"
[run]
name = "many"
[source]
cells = 1
[[physics]]
plugin = "lfp-gr-250ah"
[sweep]
design = "grid"
collect = ["soh", "end_cycle"]
[sweep.axes]
"physics.ageing_factor" = [0.5, 1.0, 2.0]
"physics.k_cyc" = [1e-8, 2e-8]
END
check "a sweep over a duty" "$FADE" sweep run sweep.toml --store many.sqlite
"$FADE" sweep table many.sqlite > many.csv
check "is six runs of it" python3 - << 'END'
import csv, subprocess, sys, os
rows = list(csv.DictReader(open("many.csv")))
assert len(rows) == 6 and all(r["status"] == "done" and r["end_cycle"] == "73" for r in rows), rows
for r in rows[1], rows[4]:
    subprocess.run([os.environ["FADE"], "run", "sweep.toml", "--quiet", "--overwrite", "--out", "one", "--set",
                    "physics.ageing_factor=" + r["physics.ageing_factor"],
                    "--set", "physics.k_cyc=" + r["physics.k_cyc"]],
                   check=True)
    last = list(csv.DictReader(open("one/rows.csv")))[-1]
    assert last["soh_ratio"] == r["soh_ratio"], (last["soh_ratio"], r)
END

# --- laws compared
"$FADE" compare duty.toml --json > compared.json 2> err
check "laws are compared on a duty" python3 -c 'import json
v = json.load(open("compared.json"))
at = {m["variant"]: m for m in v["models"]}
assert set(at) == {"lfp-gr-250ah", "nmc622-gr-denso", "wang2011", "power-law"}, set(at)
assert abs(at["lfp-gr-250ah"]["capacity"] / 5 - float(open("soh").read())) < 1e-9, at["lfp-gr-250ah"]'

# --- current becomes state of charge by the capacity of the cell, unless the source has its own
awk 'BEGIN {
    print "time_h,current_a"
    for (h = 0; h <= 96; h++)
        print h "," (h % 24 < 2 ? 2 : h % 24 >= 6 && h % 24 < 10 ? -1 : 0)
}' > current.csv
for own in "" 'capacity = "5 Ah"' 'capacity = "4 Ah"'; do
    cat > current.toml << END
[cell]
nominal_capacity = "5 Ah"
[source]
plugin = "profile"
path = "current.csv"
length = "90 days"
current_sign = "discharge-positive"
$own
[[physics]]
plugin = "xu2018"
[[output]]
plugin = "csv"
END
    check "current, ${own:-the capacity of the cell}" "$FADE" run current.toml --quiet --out "current${own//[^0-9]/}"
done
same "the cell's capacity and its own are one" current/rows.csv current5/rows.csv
check "another is another" bash -c '! cmp -s current/rows.csv current4/rows.csv'

# --- kill -9, again and again
sed -i 's/^row = .*/row = "20 min"/; s/^name = .*/name = "long"\nsnapshot = "0.05 s"/' duty.toml
check "a long run" "$FADE" run duty.toml --quiet --out long
killed=0 status=1 how=()
while [ "$status" -ne 0 ] && [ "$killed" -lt 12 ]; do
    struck KILL killed "$FADE" run duty.toml --quiet --out killed "${how[@]}"
    how=(--resume)
done
check "killed $killed times" [ "$killed" -gt 0 ]
[ "$status" -eq 0 ] || check "and resumed to the end" "$FADE" run duty.toml --quiet --out killed --resume
same "the same bytes" long/rows.csv killed/rows.csv
struck INT stopped "$FADE" run duty.toml --quiet --out stopped
check "a signal stops it" [ "$status" -eq 130 ]
check "resumed by one thread" "$FADE" run duty.toml --quiet --out stopped --resume --threads 1
same "the same bytes after it" long/rows.csv stopped/rows.csv

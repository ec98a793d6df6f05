#!/usr/bin/env bash
# sweep.sh - fade sweep as people meet it: plans, runs, shares, merging, resuming, workers, job arrays.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
root=$PWD
cd "$work" || exit

cat > life.toml << 'END'
[run]
name = "a sweep of lives"
cycles = 200
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "constant"
[physics]
plugin = "xu2018"
[sweep]
design = "sobol"
n = 600
block = 50
collect = ["end", "end_of_life_cycle", "capacity@100", "soh"]
[sweep.axes]
"source.temperature_mean" = { from = "10 degC", to = "45 degC" }
"physics.k_t" = { from = 2e-10, to = 8e-10, scale = "log" }
END

# says WHAT TEXT COMMAND.. - ok when it succeeds and prints TEXT on stdout.
says() {
    local what=$1 expected=$2 said
    shift 2
    if said=$("$@" 2> err) && [[ $said == *"$expected"* ]]; then ok "$what"; else bad "$what" "$said $(cat err)"; fi
}
is_json() {
    local what=$1 expression=$2
    shift 2
    check "$what" python3 -c 'import json, sys
v = json.load(sys.stdin)
sys.exit(0 if eval(sys.argv[1]) else str(v)[:400])' "$expression" < <("$@" 2> /dev/null)
}
table() { "$FADE" sweep table "$1"; }
# ends WHAT STATUS COMMAND..
ends() {
    local what=$1 status=$2 said code
    shift 2
    said=$("$@" 2>&1)
    code=$?
    if [ $code -eq "$status" ]; then ok "$what"; else bad "$what" "exit $code, expected $status: $said"; fi
}

# --- plan
says "a plan says what it amounts to" "600, design sobol" "$FADE" sweep plan life.toml
is_json "and as JSON" \
    'v["cases"] == 600 and v["blocks"] == 12 and v["axes"][0] == {"key": "source.temperature_mean", "unit": "K"}' \
    "$FADE" sweep plan life.toml --json
says "it lists the first cases" "source.temperature_mean = 2" "$FADE" sweep plan life.toml -o plan.json
cp plan.json again.json
check "planned again it is the same" "$FADE" sweep plan life.toml -o plan.json
same "to the byte" plan.json again.json
fails "a wrong key has a place and a nearest name" 4 'xu2018 has no parameter k_tt, did you mean k_t?' \
    "$FADE" sweep plan <(sed 's/k_t"/k_tt"/' life.toml)
sed 's/"physics.k_t"/"physics.k_tt"/' life.toml > typo.toml
fails "fade check finds it, too" 4 'xu2018 has no parameter k_tt, did you mean k_t?' "$FADE" check typo.toml
fails "a scenario without [sweep]" 4 'has no [sweep]' "$FADE" sweep plan <(sed '/^\[sweep\]/,$d' life.toml)
fails "a plan takes no settings" 2 'never changes' "$FADE" sweep run plan.json --set run.cycles=3

# --- run
ends "a run" 0 "$FADE" sweep run life.toml -q
for name in sweep.sqlite sweep.plan.json; do check "leaves $name" [ -s "results/a-sweep-of-lives/$name" ]; done
table results/a-sweep-of-lives/sweep.sqlite > all.csv
check "a row per case" [ "$(wc -l < all.csv)" -eq 601 ]
check "with columns of keys and results" grep -q \
    '^number,case_id,status,.*,source.temperature_mean,physics.k_t,end_of_life_cycle,capacity_ah@100,soh_ratio$' all.csv
is_json "status as JSON" 'v["cases"] == v["done"] == 600 and v["failed"] == v["missing"] == 0' \
    "$FADE" sweep status results/a-sweep-of-lives/sweep.sqlite --json
is_json "a run as JSON tells the status" 'v["done"] == 600' "$FADE" sweep run plan.json --store j/k/l.sqlite --json
same "a plan gives what its scenario gives" all.csv <(table j/k/l.sqlite)
for way in "--threads 1" "--threads 3" "--jobs 2" "--jobs 2 --timeout 20"; do
    # shellcheck disable=SC2086
    "$FADE" sweep run plan.json --store way.sqlite -q $way
    same "the same with $way" all.csv <(table way.sqlite)
    rm -f way.sqlite*
done
"$FADE" sweep run life.toml --store other.sqlite -q --set sweep.seed=9
fails "another plan's store" 4 "another plan" "$FADE" sweep run plan.json --store other.sqlite
fails "a shard out of range" 2 "I from 1 to N" "$FADE" sweep run plan.json --shard 4/3 --store s.sqlite
fails "a timeout of volts" 2 "--timeout" "$FADE" sweep run plan.json --timeout "2 V" --store s.sqlite
fails "no such verb" 2 'did you mean "fade sweep plan"' "$FADE" sweep plam

# --- shares
for i in 1 2 3; do "$FADE" sweep run plan.json --shard $i/3 --store "shard-$i.sqlite" -q; done
ends "shares are merged" 0 "$FADE" sweep merge shard-*.sqlite -o merged.sqlite
same "into the same" all.csv <(table merged.sqlite)
fails "a merge writes over nothing" 2 "exists" "$FADE" sweep merge shard-1.sqlite -o merged.sqlite
fails "it lists what is missing" 3 "missing" "$FADE" sweep merge shard-1.sqlite shard-3.sqlite -o part.sqlite
is_json "as ranges" 'v["missing"] == 200 and v["missing_ranges"][0] == [50, 99]' "$FADE" sweep status part.sqlite --json
fails "mixed plans" 4 "do not go together" "$FADE" sweep merge shard-1.sqlite other.sqlite -o mixed.sqlite
ends "a store knows its plan" 0 "$FADE" sweep resume part.sqlite -q
same "and is completed by it" all.csv <(table part.sqlite)
fails "resuming nothing" 4 "there is no file none.sqlite" "$FADE" sweep resume none.sqlite

# --- interruptions
sed 's/cycles = 200/cycles = 60000/' life.toml > long.toml
for sig in INT:130 TERM:143 KILL:137; do
    for jobs in "" "--jobs 2"; do
        rm -f k.sqlite*
        # shellcheck disable=SC2086
        "$FADE" sweep run long.toml --store k.sqlite -q $jobs > /dev/null 2> k.err &
        pid=$!
        for _ in $(seq 200); do
            [ -s k.sqlite ] && [ "$(table k.sqlite 2> /dev/null | wc -l)" -gt 50 ] && break
            sleep 0.02
        done
        kill -"${sig%:*}" $pid
        wait $pid 2> /dev/null
        code=$?
        check "SIG${sig%:*} $jobs ends with ${sig#*:}" [ $code -eq "${sig#*:}" ]
        table k.sqlite > before.csv
        lines=$(wc -l < before.csv)
        check "what was finished is kept (SIG${sig%:*} $jobs)" [ "$lines" -gt 50 ] && [ "$lines" -lt 601 ]
    done
done
for _ in $(seq 100); do                                 # they find out that nobody is there any more
    pgrep -f '[s]weep work .* --store k.sqlite' > /dev/null || break
    sleep 0.1
done
check "no worker is left behind" bash -c "! pgrep -f '[s]weep work .* --store k.sqlite' > /dev/null"
ends "a killed sweep goes on" 0 "$FADE" sweep resume k.sqlite -q --jobs 2
table k.sqlite > after.csv
check "and loses nothing" [ "$(grep -cFxf before.csv after.csv)" -eq "$lines" ]

# --- what breaks
cat > moods.toml << 'END'
[run]
cycles = 5
[cell]
nominal_capacity = "1 Ah"
[source]
plugin = "constant"
[physics]
plugin = "moody"
[sweep]
design = "zip"
retry = 1
[sweep.axes]
"physics.k" = { from = 0.001, to = 0.01, n = 10 }
"physics.mood" = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0]
END
zoo=$(dirname "$FADE")/zoo
if [ -e "$zoo/moody.so" ]; then
    fails "a crash and a hang are cases of their own" 3 "2 of 10 cases failed" \
        "$FADE" --plugin-dir "$zoo" sweep run moods.toml --store moods.sqlite --timeout 0.5 --jobs 2
    check "a crash says how" grep -q '^3,.*killed by signal 11 (Segmentation fault)' <(table moods.sqlite)
    check "a hang says how long" grep -q '^7,.*took longer than 0.5 s' <(table moods.sqlite)
    check "the others are there" [ "$(table moods.sqlite | grep -c ,done,)" -eq 8 ]
else
    skip "a crash and a hang are cases of their own" "tests/zoo is not built"
fi
if ! "$FADE" sweep table merged.sqlite > /dev/full 2> err && grep -q 'cannot write to stdout' err; then
    ok "a full stdout is an error"
else
    bad "a full stdout is an error" "$(cat err)"
fi

# --- Slurm, played by a script
"$FADE" sweep slurm plan.json --tasks 4 --time 00:10:00 -o array.sbatch --store shards 2> /dev/null
check "a job array is a script" bash -n array.sbatch
check "with its directives" grep -q '^#SBATCH --array=1-4$' array.sbatch
mkdir -p bin
cat > bin/sbatch << 'END'
#!/usr/bin/env bash
echo "$*" >> sbatch.log
for last; do :; done
if [[ $* == *--wrap* ]]; then bash -c "$last"; else
    for i in 1 2 3 4; do SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=4 bash "$last"; done
    echo 4711
fi
END
chmod +x bin/sbatch
check "submitted by hand it runs the shares and merges them" env PATH="$work/bin:$PATH" bash array.sbatch
check "the merge waits for the array" grep -q -- '--dependency=afterany:4711' sbatch.log
same "to the same" all.csv <(table shards/sweep.sqlite)
if command -v shellcheck > /dev/null; then
    check "shellcheck finds nothing in it" shellcheck array.sbatch
else
    skip "shellcheck finds nothing in it" "it is not installed"
fi

# --- the example
ends "scenarios/sweep.toml runs" 0 "$FADE" sweep run "$root/scenarios/sweep.toml" --store example.sqlite -q
check "its cases end at different cycles" [ "$(table example.sqlite | cut -d, -f12 | sort -u | wc -l)" -gt 100 ]
for verb in plan run resume status table merge slurm; do
    says "help of $verb" "usage: fade sweep $verb" "$FADE" sweep $verb --help
done
echo "1..$number"

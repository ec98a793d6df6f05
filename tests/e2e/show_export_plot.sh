#!/usr/bin/env bash
# show_export_plot.sh - results as people look at them: fade show, fade export read by real readers, fade plot.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1 LC_ALL=C.UTF-8 COLUMNS=90
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
build=$(dirname "$FADE")
cat > "$work/life.toml" << 'END'
[run]
name = "a fleet"
cycles = 120
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "virtual"
cells = 2
[[physics]]
plugin = "xu2018"
[[physics]]
plugin = "power-law"
[corrector]
plugin = "ridge"
[evaluate]
target = "capacity"
[[output]]
plugin = "csv"
[[output]]
plugin = "jsonl"
[[output]]
plugin = "sqlite"
END
cd "$work" || exit
"$FADE" run life.toml --quiet --out r || bad "a run to look at"

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

# --- show
says "show names the result and its outcome" "outcome   done in" "$FADE" show r
says "lists each cell and model" "V0002  xu2018+ridge" "$FADE" show r
says "scores beside naive forecasts" "persistence  naive" "$FADE" show r
says "draws capacity over cycles" "⣀" "$FADE" show r
if LC_ALL=C "$FADE" show r | LC_ALL=C grep -q '[^ -~]'; then bad "plain letters in a plain locale"; else
    ok "plain letters in a plain locale"
fi
check "no line is far wider than the terminal" python3 -c 'import sys
sys.exit("".join(line for line in sys.stdin if len(line) > 110) or 0)' < <("$FADE" show r)
is_json "as JSON" 'len(v["cells"]) == 4 and v["rows"] == 480 and v["outcome"] == "ok" and v["scores"]' \
    "$FADE" show r --json
is_json "of one cell" '[c["cell"] for c in v["cells"]] == ["V0002", "V0002"]' "$FADE" show r --json --cell V0002
says "a file alone" "480 in r/rows.jsonl" "$FADE" show r/rows.jsonl
fails "a cell that is not there has a nearest name" 4 'did you mean "V0002"' "$FADE" show r --cell V002
fails "no result" 4 'there is no nowhere' "$FADE" show nowhere
fails "an empty folder" 4 'no result in empty' sh -c "mkdir -p empty && '$FADE' show empty"
mkdir results && cp -r r results/mine
fails "a name means results/NAME" 4 'did you mean results/mine?' "$FADE" show mine
sed '30s/.*/V0001,oops/' r/rows.csv > broken.csv
fails "damage has its line" 4 'broken.csv:30: damaged: 2 fields' "$FADE" show broken.csv
"$FADE" run life.toml --quiet --out quiet --set output.1.plugin=summary --set output.2.plugin=summary \
    --set output.3.plugin=summary > quiet.txt
says "a result without rows is shown by what result.json says" "none are kept" "$FADE" show quiet
fails "and cannot be exported" 4 '(its outputs: summary, summary, summary)' "$FADE" export quiet

# --- a killed run
"$FADE" run life.toml --quiet --out killed --cycles 40000000 --set output.1.every=50 --set output.2.every=50 \
    --set output.3.every=50 > /dev/null 2>&1 &
pid=$!
for _ in $(seq 100); do
    [ "$(stat -c %s killed/rows.csv 2> /dev/null || echo 0)" -gt 100000 ] && break
    sleep 0.05
done
kill -KILL $pid
wait $pid 2> /dev/null
says "what a killed run left is read" "not ended: running, or killed" "$FADE" show killed
for file in rows.csv rows.jsonl; do
    is_json "from $file too" 'v["rows"] > 10' "$FADE" show "killed/$file" --json
done
rm -rf killed

# --- export
"$FADE" export r > out.csv
same "CSV is what the output csv writes" out.csv r/rows.csv
for file in results.sqlite rows.jsonl; do
    "$FADE" export "r/$file" > same.csv
    same "from $file the same" out.csv same.csv
done
is_json "JSON has a row for each" 'len(v) == 480 and v[0]["battery_id"] == "V0001"' "$FADE" export r --format json
is_json "or a list for each column" 'len(v) == 2 and len(v["soh_ratio"]) == 480' \
    "$FADE" export r -f json --layout columns --columns cycle,soh
says "PyBaMM's names" "Cycle number,Capacity [A.h]" "$FADE" export r --names pybamm -c cycle,physics_capacity
fails "an unknown column" 4 'did you mean "soh_ratio"' "$FADE" export r -c sho
fails "an unknown format" 2 'csv|bdf|json|parquet' "$FADE" export r -f xml
fails "bdf wants one cell" 2 'choose one by --cell' "$FADE" export r -f bdf
says "and then has its labels" "Cycle Count / 1,Unix Time / s" \
    "$FADE" export r -f bdf --cell V0001 --variant xu2018+ridge
"$FADE" export r -f bdf -o bdf/ --quiet
check "or a file for each" [ "$(find bdf -name 'fade__V000[12]__*_00[12].bdf.csv' | wc -l)" -eq 4 ]
"$FADE" export r -o out.parquet --quiet
check "the ending says the format" [ "$(head -c 4 out.parquet)" = PAR1 ]
if [ -w /dev/full ]; then
    fails "a full disk" 7 'cannot write' sh -c "'$FADE' export r > /dev/full"
fi

# --- read by others: DuckDB and hyparquet, got once
need=$build/readers
if [ ! -e "$need/.done" ]; then
    mkdir -p "$need"
    timeout 120 python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$need/python" duckdb \
        > "$need/pip.log" 2>&1
    if command -v npm > /dev/null; then
        timeout 60 npm install --silent --no-audit --no-fund --prefix "$need/node" hyparquet > "$need/npm.log" 2>&1
    fi
    touch "$need/.done"
fi
if PYTHONPATH=$need/python python3 -c 'import duckdb' 2> /dev/null; then
    check "DuckDB reads the Parquet file: the same rows as the CSV file" env PYTHONPATH="$need/python" python3 -c '
import duckdb
q = lambda s: duckdb.sql(s).fetchall()
a, b = "select * exclude time from %s", "select * exclude time from read_csv(%s)"
a, b = a % "\"out.parquet\"", "select * exclude time from read_csv(\"out.csv\")"
a, b = a.replace("\"", chr(39)), b.replace("\"", chr(39))
assert q("select count(*) from (%s)" % a) == [(480,)]
assert q("(%s) except (%s)" % (a, b)) == [] and q("(%s) except (%s)" % (b, a)) == []
kinds = dict(r[:2] for r in q("describe select * from %sout.parquet%s" % (chr(39), chr(39))))
assert kinds["time"].startswith("TIMESTAMP") and kinds["cycle_count"] == "BIGINT" and kinds["variant"] == "VARCHAR"
assert q("select count(hybrid_lower_ah) from %sout.parquet%s" % (chr(39), chr(39))) == [(240,)]
keys = {k.decode() for _, k, _ in q("select * from parquet_kv_metadata(%sout.parquet%s)" % (chr(39), chr(39)))}
assert {"fade.name", "fade.run", "fade.made_by", "fade.scenario", "fade.columns"} <= keys, keys'
else
    skip "DuckDB reads the Parquet file" \
        "duckdb cannot be got from PyPI: $(tail -n 1 "$need/pip.log" 2> /dev/null | cut -c -80)"
fi
if [ -d "$need/node/node_modules/hyparquet" ]; then
    cat > "$need/node/read.mjs" << 'END'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { readFileSync } from 'node:fs'
const rows = await parquetReadObjects({ file: await asyncBufferFromFile(process.argv[2]) })
const lines = readFileSync(process.argv[3], 'utf8').trim().split('\n'), head = lines[0].split(',')
if (rows.length !== lines.length - 1) throw new Error(`${rows.length} rows`)
rows.forEach((row, i) => lines[i + 1].split(',').forEach((said, c) => {
  const name = head[c], v = row[name]
  const same = said === '' ? v == null : name === 'time' ? v.toISOString() === said
    : String(v) === said || Number(v) === Number(said)
  if (!same)
    throw new Error(`row ${i} ${name}: ${v}, not ${said}`)
}))
END
    check "hyparquet reads it: every value" node "$need/node/read.mjs" "$work/out.parquet" "$work/out.csv"
else
    skip "hyparquet reads it" "hyparquet cannot be got from npm"
fi

# --- plot
fails "a picture's name has its kind" 2 'must end in .svg, .png or .pdf' "$FADE" plot r -o x.gif
fails "it must have one" 2 'is said by -o' "$FADE" plot r
fails "a size is checked" 2 '--size is "6"' "$FADE" plot r -o x.svg --size 6
mkdir -p nobin
fails "without gnuplot it says how to get it" 1 'apt-get install gnuplot-nox' \
    env PATH="$work/nobin" "$FADE" plot r -o x.svg
if command -v gnuplot > /dev/null; then
    for kind in svg png pdf; do
        check "a picture in $kind" "$FADE" plot r -o "x.$kind"
    done
    check "of two results, kept with data and script" \
        "$FADE" plot r results/mine -o two.svg --title two --size 8x5 --keep
    check "the script draws it again" sh -c 'cp two.svg was.svg && gnuplot two.svg.gp && cmp two.svg was.svg'
    check "of a column over another" "$FADE" plot r -o y.svg --y soh --x time --cell V0001
    fails "what has no room is told" 0 'drawn is V0001' "$FADE" plot r -o y.svg
    fails "an unknown column of a picture" 4 'did you mean "soh_ratio"' "$FADE" plot r -o y.svg --y sho
    is_json "as JSON" 'v["picture"] == "y.svg"' "$FADE" plot r -o y.svg --json
else
    skip "pictures" "gnuplot is not installed (apt-get install gnuplot-nox)"
fi
# --- a sweep's store
sed '/^\[\[output\]\]/,$d' life.toml > sweep.toml
cat >> sweep.toml << 'END'
[sweep]
collect = ["capacity", "end_of_life_cycle"]
[sweep.axes]
"physics.k_t" = [1e-10, 5e-10, 1e-9]
END
if "$FADE" sweep run sweep.toml --out swept --quiet > /dev/null 2> err; then
    says "a sweep's columns are summed up" "physics.k_t" "$FADE" show swept
    says "its cases are exported" "case,physics.k_t,capacity_ah,end_of_life_cycle" "$FADE" export swept
    fails "but not as cycles" 2 "no cycles of a cell" "$FADE" export swept -f bdf
    fails "a picture of it needs to know of what" 2 "--x and --y" "$FADE" plot swept -o c.svg
    if command -v gnuplot > /dev/null; then
        check "a cloud of cases" "$FADE" plot swept -o c.svg --x physics.k_t --y capacity
    fi
else
    bad "a sweep to look at" "$(cat err)"
fi
for verb in show export plot; do
    says "help of $verb has examples" "examples" "$FADE" $verb --help
done
echo "1..$number"

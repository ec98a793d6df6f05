#!/usr/bin/env bash
# cli.sh - the command as people meet it: check, config, run and its folder, signals, help, manual page, completion.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1

cat > "$work/life.toml" << 'END'
[run]
name = "a small life"
cycles = 200
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "constant"
cells = 3
temperature_mean = "25 degC"
[[physics]]
plugin = "power-law"
[[physics]]
plugin = "wang2011"
[[output]]
plugin = "csv"
[[output]]
plugin = "summary"
END
life=$work/life.toml

# says WHAT TEXT COMMAND.. - ok when it succeeds and prints TEXT on stdout.
says() {
    local what=$1 expected=$2 said
    shift 2
    if said=$("$@" 2> "$work/err") && [[ $said == *"$expected"* ]]; then
        ok "$what"
    else
        bad "$what" "$said $(cat "$work/err")"
    fi
}
json() {
    python3 -c 'import json, sys
v = json.load(sys.stdin)
sys.exit(0 if eval(sys.argv[1]) else str(v)[:400])' "$1"
}
is_json() {
    local what=$1 expression=$2
    shift 2
    check "$what" json "$expression" < <("$@" 2> /dev/null)
}

# --- check
says "check says what a scenario is" \
    "3 cells of constant; physics power-law, wang2011; output csv, summary" "$FADE" check "$life"
is_json "and as JSON" 'v["ok"] and v["cells"] == 3 and v["problems"] == []' "$FADE" check "$life" --json
wrong=(--set run.cicles=3 --set 'cell.nominal_capacity="3 V"')
fails "all problems come in one pass: a key" 4 'did you mean "cycles"' "$FADE" check "$life" "${wrong[@]}"
fails "all problems come in one pass: a unit" 4 'but Ah is wanted' "$FADE" check "$life" "${wrong[@]}"
fails "what has no JSON says so" 2 'has no --json: it prints a scenario, in TOML' "$FADE" config show "$life" --json
fails "a model in Lua is no plugin" 2 'is Lua, no plugin' "$FADE" plugin check scripts/power-law.lua
is_json "problems as JSON have a place" \
    'not v["ok"] and len(v["problems"]) == 2 and all("message" in p for p in v["problems"])' \
    "$FADE" check "$life" --json "${wrong[@]}"
sed 's/wang2011/wong2011/' "$life" > "$work/wong.toml"
fails "a missing plugin has file, line, column and a nearest name" 5 'wang2011' "$FADE" check "$work/wong.toml"
fails "its place is the line" 5 'wong.toml:13:' "$FADE" check "$work/wong.toml"
fails "no file" 4 'No such file' "$FADE" check "$work/none.toml"
fails "a misspelt file has a nearest name" 4 'did you mean scenarios/minimal.toml?' "$FADE" check scenarios/minimal.tml
fails "a set that is nearly named, too" 4 'did you mean lg-m50-okane2022?' "$FADE" params show lg-m50-okane2020
check "the environment sets keys" env FADE_SET_run__seed=7 "$FADE" check "$life"
fails "and is checked" 4 'FADE_SET_run__sed' env FADE_SET_run__sed=7 "$FADE" check "$life"
if env FADE_SET_run__seed=7 "$FADE" config show "$life" | grep -q '^seed = 7' &&
    env FADE_SET_run__seed=7 "$FADE" config show "$life" --set run.seed=9 | grep -q '^seed = 9'; then
    ok "file < environment < --set"
else
    bad "file < environment < --set"
fi

# --- config
"$FADE" config show "$life" --set run.seed=3 > "$work/shown.toml"
check "config show is a scenario" "$FADE" check "$work/shown.toml"
check "and explains its keys" grep -q '^# Seed of all random numbers. (default 42)$' "$work/shown.toml"
check "also the plugins'" grep -q '^# Capacity fade of LFP cells' "$work/shown.toml"
"$FADE" config show "$life" --all > "$work/all.toml"
check "config show --all is one too" "$FADE" check "$work/all.toml"
check "and lists what is not set" grep -q '^# seed = 42$' "$work/all.toml"
says "config keys" "run.seed" "$FADE" config keys
is_json "config keys as JSON" 'len(v) > 20 and all(k["doc"] for k in v)' "$FADE" config keys --json

# --- run
cd "$work" || exit
case $FADE in /*) ;; *) FADE=$OLDPWD/$FADE ;; esac
says "a dry run prints the plan" "rows       200 a cell" "$FADE" run life.toml --dry-run
check "and writes nothing" [ ! -e results ]
check "a run" "$FADE" run life.toml --quiet
for name in scenario.toml result.json rows.csv; do
    check "leaves $name" [ -s "results/a-small-life/$name" ]
done
check "scenario.toml runs again" "$FADE" check results/a-small-life/scenario.toml
fails "a result is not overwritten" 2 "--overwrite replaces it, --resume goes on" "$FADE" run life.toml --quiet
echo mine > results/a-small-life/notes.txt
cp results/a-small-life/rows.csv first.csv
check "unless asked to" "$FADE" run life.toml --quiet --overwrite
check "what is not fade's stays" grep -q mine results/a-small-life/notes.txt
same "and gives the same rows" first.csv results/a-small-life/rows.csv
is_json "--json is one object" 'v["outcome"] == "ok" and v["cells"] == 3' "$FADE" run life.toml --json --out j
same "also with the rows of the table silenced" first.csv j/rows.csv
check "its scenario may be resumed without --json" "$FADE" run life.toml --quiet --out j --resume --cycles 300
fails "another scenario may not" 4 "another scenario" \
    "$FADE" run life.toml --quiet --out j --resume --set source.cells=2
is_json "which leaves the result" 'v["outcome"] == "ok" and v["cells"] == 3' cat j/result.json
check "and its scenario" grep -q 'cycles = 300' j/scenario.toml
fails "nothing to resume" 2 "nothing to resume" "$FADE" run life.toml --quiet --resume --out none
fails "somebody else's folder" 2 "no result of fade" "$FADE" run life.toml --quiet --overwrite --out .
fails "both flags" 2 "do not go together" "$FADE" run life.toml --overwrite --resume
fails "no number" 2 "a whole number" "$FADE" run life.toml --cycles many
fails "no such flag" 2 "did you mean --threads" "$FADE" run life.toml --thread-s 2
fails "no such verb" 2 'did you mean "fade run"' "$FADE" rnu
fails "a wrong FADE_LOG" 2 'FADE_LOG is "loud"' env FADE_LOG=loud "$FADE" run life.toml --out l

# --- signals, the lock
long=(run life.toml --quiet --set source.cells=32 --cycles 4000000 --set output.1.every=1000)
for sig in INT:130 TERM:143; do
    out=sig-${sig%:*}
    "$FADE" "${long[@]}" --out "$out" > /dev/null 2> "$out.err" &
    pid=$!
    for _ in $(seq 100); do
        [ -s "$out/rows.csv" ] && break
        sleep 0.05
    done
    [ "$sig" = INT:130 ] && fails "two runs are kept apart" 1 "another run (process $pid)" \
        "$FADE" "${long[@]}" --out "$out" --resume
    kill -"${sig%:*}" $pid
    wait $pid
    code=$?
    if [ $code -eq "${sig#*:}" ]; then
        ok "SIG${sig%:*} ends with ${sig#*:}"
    else
        bad "SIG${sig%:*} ends with ${sig#*:}" "$code: $(cat "$out.err")"
    fi
    is_json "after writing what is complete" 'v["outcome"] == "cancelled" and v["rows"] > 0' cat "$out/result.json"
    rm -rf "$out"
done

# --- talk
says "version" "tomlplusplus" "$FADE" --version
is_json "version as JSON" \
    'all(v[k] for k in ("fade", "abi", "compiler", "isa", "ltdl", "jansson", "zlib", "tomlplusplus"))' \
    "$FADE" version --json
for verb in check run plugin "plugin list" "plugin show" config "config show" "config keys" completion man version; do
    # shellcheck disable=SC2086
    says "help of $verb" "usage: fade $verb" "$FADE" $verb --help
done
fails "colour when asked for" 2 $'\033[1;31mfade:' "$FADE" --color=always rnu
if [[ $("$FADE" rnu 2>&1) == *$'\033'* ]]; then bad "none with NO_COLOR"; else ok "none with NO_COLOR"; fi
if "$FADE" man > fade.1 && [ -s fade.1 ]; then ok "a manual page"; else bad "a manual page"; fi
if command -v mandoc > /dev/null; then
    said=$(mandoc -Tlint fade.1 2>&1)
    check "in which mandoc finds nothing" [ -z "$said" ]
else
    skip "in which mandoc finds nothing" "mandoc is not installed"
fi
"$FADE" completion bash > fade.bash
check "completion for bash" bash -n fade.bash
complete_words() {
    bash -c 'source fade.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fade; echo "${COMPREPLY[*]}"' - "$@"
}
says "it knows verbs" "check run sweep compare" complete_words fade ""
says "and verbs beneath" "list show check new" complete_words fade plugin ""
says "and flags" "--dry-run" complete_words fade run --dr
says "and words of a flag" "never" complete_words fade --color n
for shell in zsh fish; do
    "$FADE" completion $shell > "fade.$shell"
    if command -v $shell > /dev/null; then
        check "completion for $shell" $shell -n "fade.$shell"
    elif grep -q 'dry-run' "fade.$shell"; then
        skip "completion for $shell" "$shell is not installed; it was made and names the flags"
    else
        bad "completion for $shell"
    fi
done
fails "no completion for others" 2 "there is bash, zsh and fish" "$FADE" completion tcsh
if "$FADE" config keys > /dev/full 2> err; then bad "a full stdout is an error"; else
    if grep -q 'cannot write to stdout' err; then
        ok "a full stdout is an error"
    else
        bad "a full stdout is an error" "$(cat err)"
    fi
fi
echo "1..$number"

#!/usr/bin/env bash
# lua.sh - scenarios in Lua as people meet them: check, run, resume, models in files, the sandbox and --trust.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1

cat > "$work/life.lua" << 'END'
return {
    run = { name = "a life in Lua", cycles = 400, seed = 5 },
    cell = { nominal_capacity = "2 Ah" },
    source = { plugin = "constant", cells = 20 },
    conditions = {
        temperature_mean = function(row) return row.soh > 0.98 and "25 degC" or 308.15 + 2 * math.random() end,
    },
    physics = { plugin = "xu2018" },
    on_cycle = function(row)
        if row.cycle == 100 then return { mark = "a hundred" } end
        if row.cell == "cell-07" and row.cycle == 300 then return "enough of it" end
    end,
    output = { { plugin = "csv" }, { plugin = "jsonl" } },
}
END
life=$work/life.lua

check "check says it is good" "$FADE" check "$life"
check "it runs" "$FADE" run "$life" --out "$work/one" --quiet --threads 1
check "on four threads" "$FADE" run "$life" --out "$work/four" --quiet --threads 4 --set run.tile=8
check "the same bytes" cmp "$work/one/rows.csv" "$work/four/rows.csv"
check "the file lies with the result" cmp "$life" "$work/one/scenario.lua"
check "which runs again" "$FADE" run "$work/one/scenario.lua" --out "$work/again" --quiet
check "to the same rows" cmp "$work/one/rows.csv" "$work/again/rows.csv"
check "a lane stopped where it was told" sh -c "grep -c '^cell-07,' '$work/one/rows.csv' | grep -qx 300"

"$FADE" run "$life" --out "$work/cut" --quiet --cycles 150
check "a part" test -s "$work/cut/rows.csv"
check "goes on" "$FADE" run "$life" --out "$work/cut" --quiet --resume
check "to the same rows as in one go" bash -c "cmp <(sort '$work/cut/rows.csv') <(sort '$work/one/rows.csv')"
sed 's/a hundred/a 100/' "$life" > "$work/other.lua"
fails "another file does not go on" 2 "is not the file this result began with" \
    "$FADE" run "$work/other.lua" --out "$work/cut" --resume

cat > "$work/wrong.lua" << 'END'
return {
    run = { cyles = 3 },
    physics = { { plugin = "xu2019" } },
}
END
check "problems have lines" \
    sh -c "'$FADE' check '$work/wrong.lua' 2>&1 | grep -q 'wrong.lua:2:13: unknown key \"cyles\"'"
check "all of them" \
    sh -c "'$FADE' check '$work/wrong.lua' 2>&1 | grep -q \"wrong.lua:3:[0-9]*: there is no plugin 'xu2019'\""

echo 'os.exit(0)' > "$work/bad.lua"
fails "the sandbox has no os" 4 "bad.lua:1" "$FADE" check "$work/bad.lua"
cat > "$work/trusted.lua" << 'END'
local n = tonumber(os.getenv("CYCLES_WANTED"))
return { run = { cycles = n }, cell = { nominal_capacity = 2 },
    source = { plugin = "constant" }, physics = { plugin = "xu2018" } }
END
fails "a scenario that asks for it is refused" 4 "trusted.lua:1" \
    env CYCLES_WANTED=7 "$FADE" run "$work/trusted.lua" --out "$work/t"
check "unless it is trusted" env CYCLES_WANTED=7 "$FADE" run "$work/trusted.lua" --out "$work/t" --quiet --trust
check "it had what it asked for" sh -c "[ \$(wc -l < '$work/t/rows.csv') -eq 8 ]"

cat > "$work/file.toml" << END
[run]
cycles = 50
[cell]
nominal_capacity = 2.0
[source]
plugin = "constant"
[[physics]]
plugin = "$PWD/scripts/power-law.lua"
c = 0.002
[[physics]]
plugin = "power-law"
c = 0.002
z = 0.5
[[output]]
plugin = "csv"
END
check "TOML names a model's file" "$FADE" run "$work/file.toml" --out "$work/f" --quiet
# shellcheck disable=SC2016
check "and gets what its twin in C gives" awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "physics_loss_ratio") c = i; next }
    { if (NR % 2 == 0) a = $c; else if ((a - $c) ^ 2 > 1e-24) exit 1 } END { exit !c || NR != 101 }' "$work/f/rows.csv"
check "config shows it" sh -c "'$FADE' config show '$life' | grep -q 'a life in Lua'"
check "--set reaches it" \
    sh -c "'$FADE' run '$life' --set run.cycles=3 --out '$work/set' --quiet &&
        grep -c . '$work/set/rows.csv' | grep -qx 61"

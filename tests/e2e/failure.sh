#!/usr/bin/env bash
# failure.sh - a full disk, a read-only folder, a plugin that writes NaN: a sentence, and finished rows intact.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

cat > "$work/s.toml" << 'END'
[run]
name = "s"
cycles = 20000
[cell]
nominal_capacity = 2
[source]
plugin = "constant"
cells = 4
[physics]
plugin = "xu2018"
[[output]]
plugin = "csv"
END

"$FADE" run "$work/s.toml" --quiet --cycles 300 --out "$work/short"
small=$work/small
mkdir "$small"
if mount -t tmpfs -o size=1m fade-test "$small" 2> /dev/null; then
    fails "a full disk ends with a sentence" 7 "rows.csv" "$FADE" run "$work/s.toml" --quiet --out "$small/out"
    check "finished rows are there" [ "$(wc -l < "$small/out/rows.csv")" -gt 100 ]
    check "the last row is whole" [ -z "$(tail -c 1 "$small/out/rows.csv")" ]
    columns=$(head -n 1 "$small/out/rows.csv" | tr -cd , | wc -c)
    check "with all its columns" [ "$(tail -n 1 "$small/out/rows.csv" | tr -cd , | wc -c)" -eq "$columns" ]
    rm -r "$small/out"
    if command -v gnuplot > /dev/null; then
        head -c 1020K /dev/zero > "$small/fill"
        fails "no half picture is kept" 7 "disk full" "$FADE" plot "$work/short" -o "$small/life.png"
        check "nor left about" [ "$(ls "$small")" = fill ]
        rm "$small/fill"
        check "with room there is one" "$FADE" plot "$work/short" -o "$small/life.png"
    else
        skip "no half picture is kept" "gnuplot is not there"
    fi
    umount "$small"
else
    skip "a full disk" "tmpfs cannot be mounted here"
fi

ln -s /dev/null "$work/null.csv"
check "rows may go to a device" "$FADE" export "$work/short" -o "$work/null.csv"
check "which stays one" [ -c "$work/null.csv" ]
fails "a folder that cannot be made" 7 "/proc/nothing" "$FADE" run "$work/s.toml" --quiet --out /proc/nothing/x
fails "an output that cannot be opened" 7 "nowhere" "$FADE" run "$work/s.toml" --quiet --out "$work/o" \
    --set 'output.path="/nowhere/rows.csv"'

# A law that writes NaN in one lane ends that lane, with the reason; the others go on.
cat > "$work/nan.toml" << 'END'
[run]
name = "nan"
[cell]
nominal_capacity = 2
[conditions]
depth = 1
soc_mean = 0.5
[source]
plugin = "csv"
[physics]
plugin = "xu2018"
[[output]]
plugin = "csv"
END
{
    echo cell,cycle,capacity_ah,temperature_mean_c
    for n in $(seq 1 30); do
        echo "good,$n,1.9,25"
        [ "$n" -lt 11 ] && echo "bad,$n,1.9,25"
        [ "$n" -ge 11 ] && echo "bad,$n,1.9,5000"
    done
} > "$work/nan.csv"
"$FADE" run "$work/nan.toml" --quiet --set "source.path=$work/nan.csv" --out "$work/nan" 2> "$work/said"
status=$?
check "a failed lane makes the run partial (3)" [ $status -eq 3 ]
check "the other lane has all its rows" [ "$(grep -c '^good,' "$work/nan/rows.csv")" -eq 30 ]
check "the failed lane keeps its finished rows" [ "$(grep -c '^bad,' "$work/nan/rows.csv")" -eq 10 ]
grep -q "bad" "$work/said" && ok "its cell is named" || bad "its cell is named" "$(cat "$work/said")"

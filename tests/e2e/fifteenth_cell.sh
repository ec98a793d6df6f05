#!/usr/bin/env bash
# fifteenth_cell.sh - docs/walkthroughs/fifteenth-cell.md does what it says with an installed fade and nothing of the
# source tree: a cell of the family from a table alone; and a table that lacks something is told so.
# uncounted: what it runs of core/ other tests run too, so `coverage` does without its minutes
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
page=$(realpath docs/walkthroughs/fifteenth-cell.md)
usr=$work/usr
check "fade is installed" make --no-print-directory BUILD="${FADE_BUILD:-build}" PREFIX="$usr" DESTDIR= install
unset MAKEFLAGS MAKELEVEL FADE_DATA
export HOME=$work/home PATH=$usr/bin:$PATH PKG_CONFIG_PATH=$usr/lib/pkgconfig
mkdir -p "$HOME" "$work/author"
cd "$work/author" || exit

# piece LANGUAGE N - the N-th fenced block of a language.
piece() {
    awk -v fence="\`\`\`$1" -v want="$2" \
        '$0 == fence { n++; open = 1; next } /^```$/ { open = 0 } open && n == want' "$page"
}
# does WHAT N TEXT - the N-th block of commands succeeds and says TEXT.
does() {
    eval "$(piece sh "$2")" > "$work/said" 2>&1
    local code=$?
    if [ "$code" -eq 0 ] && grep -qF -- "$3" "$work/said"; then
        ok "$1"
    else
        bad "$1" "exit $code: $(tail -n 30 "$work/said")"
    fi
}

all="33 tests: 33 ok, 0 failed, 0 warnings, 0 skipped"
does "the folder of a new cell builds and passes its check unmodified" 1 "$all"
piece c 1 > sony-naumann.c
check "the table of the page is a table: no function" sh -c '! grep -qE "^{|return" sony-naumann.c'
make check > "$work/said" 2>&1
check "with it, the old golden file is what fails" grep -q 'golden.csv has a column "param.k_cal"' "$work/said"
does "the cell of the page passes its check" 2 "$all"
check "it was built with the installed headers" sh -c "make -n -B | grep -q -- '-I$usr/include/fade'"
does "it runs beside the law by hand" 3 "2200 rows, loss 0.143383"
difference=$(sed -n 's/.*largest difference //p' "$work/said")
check "and is the same law: $difference" awk -v d="$difference" 'BEGIN { exit !(d != "" && d < 1e-13) }'
does "it runs inside a duty" 4 ""
last() { tail -n 1 "$1/rows.csv" | awk -F, '{ printf "%.12f", $NF }'; }
check "in rows of a day as of a month" [ "$(last months)" = "$(last days)" ]
check "and the capacity falls" sh -c "awk 'BEGIN { exit !($(last days) > 0.9 && $(last days) < 0.99) }'"
does "a table that lacks something says what" 5 'calendar goes with time and is not in `in`: CELL_TIME("calendar")'

# wrong SED TEXT - the same for other omissions.
wrong() {
    sed "$1" sony-naumann.c > wrong.c
    # shellcheck disable=SC2046
    cc $(pkg-config --cflags fade-plugin) -std=gnu11 -shared -o sony-naumann.so wrong.c -lm 2> "$work/said" &&
        fade plugin check ./sony-naumann.so --only create > "$work/said" 2>&1
    rm -f wrong.c
    if grep -qF -- "$2" "$work/said"; then ok "told: $2"; else bad "told: $2" "$(cat "$work/said")"; fi
}
wrong 's/CELL_RATE("calendar"), //' 'calendar is made of samples and is not in `rate`'
wrong '/CELL_STATE("cycle")/d' '3 states for 4 terms'
wrong 's/CELL_STATE("cycle")/CELL_STATE("cycles")/' 'state 2 is not that of term cycle'
wrong '/CELL_OUT("loss_cycle"/d' 'a result for each of 4 terms'
wrong 's/, \.p = "0.5"//' 'term 1 has no key, k, p, or scale above 0'
wrong 's/(soc - 0.5)^3/(Ua - 0.5)^3/' 'formulas name Ua: the third of `reads` is CELL_READS_ANODE'
wrong 's/(soc - 0.5)^3/(V - 3.5)^3/' 'formulas name V: .curve says which parameter it is'
wrong '/CELL_FACTOR,/d' 'CELL_FACTOR is not in `params`'
wrong 's/\.k = "(0.0630\*C/.each = 1, &/' 'cycle looks at each sample: CELL_DUTY(FADE_LENT_SAMPLES)'
wrong 's/\.k = "(0.0630\*C/.shape = "exp(1\/T)", &/' 'cycle is made of samples and is not in `rate`'
wrong 's/(0.0630\*C/(0.0630*Q/' "not 'Q'"
wrong 's/(0.0630\*C/(0.0630*T/' "not 'T'"
wrong 's/\.p = "0.5"/.p = "p_half"/' 'neither a parameter nor a number'

#!/usr/bin/env bash
# tutorial.sh - docs/plugin-tutorial.md does what it says: its C and its commands are taken from the page and run.
set -euo pipefail
cd "$(dirname "$0")/../.."
fade=$(realpath "${FADE_BUILD:-build}/fade")
page=$(realpath docs/plugin-tutorial.md)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work/home
mkdir -p "$work/bin" "$HOME"
ln -s "$fade" "$work/bin/fade"
export PATH=$work/bin:$PATH
cd "$work"

# piece LANGUAGE N - the N-th fenced block of a language.
piece() {
    awk -v fence="\`\`\`$1" -v want="$2" \
        '$0 == fence { n++; open = 1; next } /^```$/ { open = 0 } open && n == want' "$page"
}

say() {
    echo "ok $((++done)) - $1"
}

done=0
eval "$(piece sh 1)" > "$work/first.log" 2>&1 || { cat "$work/first.log"; exit 1; }
grep -q '29 tests: 29 ok, 0 failed' "$work/first.log"
grep -q 'xu2018' "$work/first.log"
say "the folder builds, passes its check and runs beside xu2018"

# The page's tables and functions take the place of the template's, from one heading comment to the next.
{
    sed '/^\/\* 1\. /,$d' two-term.c
    piece c 1
    piece c 2
    sed -n '/^static const fade_column out/,/;$/p' two-term.c
    piece c 3
    sed -n '/^\/\* 4\. /,$p' two-term.c
} > changed.c
mv changed.c two-term.c
! make check > "$work/old.log" 2>&1
grep -q 'golden.csv has a column "param.k"' "$work/old.log"
say "with the new law, the old golden file is what fails"

eval "$(piece sh 2)" > "$work/check.log" 2>&1 || { cat "$work/check.log"; exit 1; }
grep -q '29 tests: 29 ok, 0 failed' "$work/check.log"
say "the law of the page passes its check"

eval "$(piece sh 3)" > "$work/run.log" 2>&1 || { cat "$work/run.log"; exit 1; }
grep -q 'two-term' "$work/run.log"
[ -s result/result.csv ] || ls result/*.csv > /dev/null
say "it runs beside xu2018, also colder"

eval "$(piece sh 4)" > "$work/virtual.log" 2>&1 || { cat "$work/virtual.log"; exit 1; }
grep -q 'persistence' "$work/virtual.log"
say "it is scored on virtual cells"

eval "$(piece sh 5)" > "$work/install.log" 2>&1 || { cat "$work/install.log"; exit 1; }
grep -q '^two-term' "$work/install.log"
grep -q 'k_am' "$work/install.log"
say "installed, it is listed and shown"
echo "1..$done"

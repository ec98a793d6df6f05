#!/usr/bin/env bash
# text.sh - blanks, tabs, line ends, line length and the two opening lines of every source file.
set -uo pipefail

look() {
    local file=$1 most=120
    case $file in
        *.h) most=170 ;;                # tables of declarations with their comments
        parameters/*.toml) most=260 ;;  # an entry of a set is a line
    esac
    awk -v most=$most -v file="$file" '
        function say(what) { if (++said <= 5) print file ":" FNR ": " what }
        length > most  { say(length " columns, at most " most) }
        /[ \t]$/       { say("blank at the end") }
        /\t/           { say("tab") }
        /\r/           { say("carriage return") }' "$file"
    [ -z "$(tail -c 1 "$file")" ] || echo "$file: no newline at the end"
    case $file in
        plugins/template/*) ;;          # its names are filled in by `fade plugin new`
        *.c | *.h | *.cpp)
            head -n 1 "$file" | grep -q '^/\* SPDX-License-Identifier: MIT$' || echo "$file:1: no SPDX line"
            sed -n 2p "$file" | grep -qF " * $(basename "$file") - " ||
                echo "$file:2: does not say ' * $(basename "$file") - what it is'"
            ;;
    esac
}

found=$(git ls-files -co --exclude-standard -- '*.c' '*.h' '*.cpp' '*.sh' '*.toml' '*.in' tests/run .ci/run |
    while read -r file; do
        [ -f "$file" ] && look "$file"
    done)
[ -z "$found" ] || { echo "$found" && exit 1; }

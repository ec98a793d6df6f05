#!/usr/bin/env bash
# length.sh - a function has at most 80 lines (unless it says /* long: why */), a file at most 800.
set -uo pipefail
found=$(git ls-files -co --exclude-standard -- '*.c' '*.cpp' '*.h' '*.sh' tests/run | while read -r file; do
    [ -f "$file" ] && awk -v file="$file" '
        /\/\* long:/ { excused = 1 }
        /^{/ { open = FNR }
        /^}/ {
            if (open && FNR - open + 1 > 80 && !excused)
                print file ":" open ": a function of " FNR - open + 1 " lines, at most 80"
            open = 0; excused = 0
        }
        END { if (FNR > 800) print file ": " FNR " lines, at most 800" }' "$file"
done)
[ -z "$found" ] || { echo "$found" && exit 1; }

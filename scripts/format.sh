#!/usr/bin/env bash
# format.sh [FILE.c ..] - lets clang-format break the lines over 120 columns, and touches no other line.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || mapfile -t files < <(git ls-files -co --exclude-standard -- '*.c' '*.cpp')
for file in "${files[@]:-$@}"; do
    [ -f "$file" ] || continue
    mapfile -t long < <(awk 'length > 120 { print "--lines=" FNR ":" FNR }' "$file")
    [ ${#long[@]} -eq 0 ] || clang-format -i "${long[@]}" "$file"
    sed -i 's/[[:blank:]]*$//' "$file"
done

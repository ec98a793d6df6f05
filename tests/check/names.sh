#!/usr/bin/env bash
# names.sh - every public symbol of core/ROOM/foo.c starts with foo_ (or with the room's name).
set -uo pipefail
build=${FADE_BUILD:-build}
bad=0
for object in "$build"/core/*/*.o; do
    stem=$(basename "$object" .o)
    room=$(basename "$(dirname "$object")")
    [ -e "core/$room/$stem.c" ] || continue
    while read -r symbol; do
        case $symbol in
            "$stem" | "$stem"_* | "${stem%%_*}"_* | "$room"_* | main) ;;
            *)
                if ! grep -qx "$stem.c $symbol" tests/check/names.allow; then
                    echo "core/$room/$stem.c: public name $symbol does not start with ${stem}_"
                    bad=1
                fi
                ;;
        esac
    done < <(nm --defined-only "$object" | awk '$2 ~ /^[TDBRVWC]$/ && $3 !~ /^(__|_Z|DW\.)/ { print $3 }')
done
exit $bad

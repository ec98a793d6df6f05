#!/usr/bin/env bash
# layers.sh - includes only point down: cli -> script, report, live -> study -> engine -> scenario -> host -> base.
# A plugin includes fade_plugin.h, its own folder's files and its kind's common*.h.
set -uo pipefail
declare -A level=([base]=0 [host]=1 [scenario]=2 [engine]=3 [study]=4 [script]=5 [report]=5 [live]=5 [cli]=6)
bad=0

for file in core/*/*.c core/*/*.h core/*/*.cpp; do
    [ -e "$file" ] || continue
    room=$(basename "$(dirname "$file")")
    if [ -z "${level[$room]:-}" ]; then
        echo "$file: no such room as $room"
        bad=1
        continue
    fi
    while read -r included; do
        case $included in
            core/fade_plugin.h | core/version.h) continue ;;
            core/*/*) other=${included#core/} other=${other%%/*} ;;
            *)
                echo "$file: includes \"$included\"; ours are written \"core/ROOM/NAME.h\""
                bad=1
                continue
                ;;
        esac
        if [ "$other" != "$room" ] && [ "${level[$other]:-9}" -ge "${level[$room]}" ]; then
            echo "$file: $room includes $included, which is not below it"
            bad=1
        fi
        if [ "$other" != "$room" ] && [ "$(basename "$included")" = inside.h ]; then
            echo "$file: $included is only for the files of its room"
            bad=1
        fi
    done < <(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file")
done

for file in plugins/*/*/*.c plugins/*/*/*.h; do
    [ -e "$file" ] || continue
    folder=$(dirname "$file")
    while read -r included; do
        case $included in
            fade_plugin.h) continue ;;
            ../common*.h | plugins/*/common*.h) continue ;;
            */*) ;;
            *) [ -e "$folder/$included" ] && continue ;;
        esac
        echo "$file: a plugin may not include \"$included\""
        bad=1
    done < <(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file")
done

# One room each for what the rest must not know.
only() {
    local header=$1 room=$2
    grep -lE "^#include [<\"]$header" core/*/*.c core/*/*.h core/*/*.cpp 2> /dev/null | grep -v "^core/$room/" |
        sed "s|\$|: only core/$room/ may include $header|"
}
found=$(only ltdl.h host && only lua.h script && only toml++ scenario)
[ -z "$found" ] || { echo "$found" && bad=1; }
exit $bad

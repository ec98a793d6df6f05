#!/usr/bin/env bash
# compile.sh - every header compiles alone (but for *_kernel.h, which are bodies to include), the ABI header also as
# C++, and clang finds nothing in what gcc builds.
set -uo pipefail
warn=(-Wall -Wextra -Wshadow -Wpointer-arith -Wwrite-strings -Wvla -Werror -D_GNU_SOURCE -I.
    -isystem /usr/include/lua5.4 -fsyntax-only)
c=(-std=gnu11 -Wstrict-prototypes -Wmissing-prototypes)
bad=0

# Files of ours by pattern; a plugin whose library is not installed is left out.
files() {
    git ls-files -co --exclude-standard -- "$@" | while read -r file; do
        local mk needs=""
        mk=$(dirname "$file")/plugin.mk
        [ -e "$mk" ] && needs=$(sed -n 's/^PLUGIN_NEEDS *:= *//p' "$mk")
        [ -z "$needs" ] || echo "#include <$needs>" | gcc -fsyntax-only -xc - 2> /dev/null || continue
        [ -f "$file" ] && echo "$file"
    done
}
# each N COMMAND.. - with N file names from standard input at a time, side by side.
each() {
    local n=$1
    shift
    xargs -r -P "${JOBS:-2}" -n "$n" "$@" 2>&1 || bad=1
}

each 1 gcc "${warn[@]}" "${c[@]}" -xc /dev/null -include < <(files 'core/*.h' | grep -v _kernel.h)
each 1 g++ "${warn[@]}" -std=c++11 -xc++ /dev/null -include <<< core/fade_plugin.h
each 8 clang "${warn[@]}" "${c[@]}" < <(files 'core/*/*.c' 'tests/*.c' | grep -vE '^tests/(zoo|fuzz)/')
each 8 clang "${warn[@]}" "${c[@]}" -Icore < <(files 'plugins/*/*/*.c' 'tests/fuzz/*.c')
each 1 clang++ "${warn[@]}" -std=c++17 -fno-exceptions < <(files 'core/*/*.cpp')
exit $bad

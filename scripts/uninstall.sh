#!/usr/bin/env bash
# uninstall.sh - called by `make uninstall`: removes what install.sh put there, and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${DESTDIR:-}$MAKE_PREFIX libdir=${DESTDIR:-}$MAKE_LIBDIR

rm -f "$libdir/lua/5.4/fade.so" "$prefix/share/fade/lua/fade.d.lua"
rm -f "$prefix/bin/fade" "$prefix/include/fade/fade_plugin.h" "$libdir/pkgconfig/fade-plugin.pc" \
    "$prefix/share/man/man1/fade.1" "$prefix/share/bash-completion/completions/fade" \
    "$prefix/share/zsh/site-functions/_fade" "$prefix/share/fish/vendor_completions.d/fade.fish"
for header in plugins/physics/common_cell*.h; do
    rm -f "$prefix/include/fade/$(basename "$header")"
done
for folder in plugins/*/*/; do
    name=$(basename "$folder") kind=$(basename "$(dirname "$folder")")
    rm -f "$libdir/fade/plugins/$name.so" "$libdir/fade/plugins/$kind-$name.so"
done
for scenario in scenarios/* scenarios/profiles/*; do
    [ ! -f "$scenario" ] || rm -f "$prefix/share/fade/$scenario"
done
for folder in "$prefix/include/fade" "$libdir/fade/plugins" "$libdir/fade" "$libdir/lua/5.4" "$libdir/lua" \
    "$prefix/share/fade/lua" "$prefix/share/fade/scenarios/profiles" "$prefix/share/fade/scenarios" \
    "$prefix/share/fade"; do
    [ ! -d "$folder" ] || rmdir --ignore-fail-on-non-empty "$folder"
done
echo "removed from $prefix"

#!/usr/bin/env bash
# install.sh PLUGIN.so.. - called by `make install`: puts the command, its plugins and what plugin authors need
# under DESTDIR PREFIX.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=$MAKE_PREFIX libdir=$MAKE_LIBDIR to=${DESTDIR:-}
fade=$BUILD/fade
unset FADE_BUILD
abi=$(sed -n 's/^#define FADE_ABI_NOW FADE_ABI(\([0-9]*\), \([0-9]*\)).*/\1.\2/p' core/fade_plugin.h)
version=$(sed -n 's/^#define FADE_VERSION "\(.*\)"/\1/p' core/version.h)

put() { install -D -m "$1" "$2" "$to$3"; }

put 755 "$BUILD/install/fade" "$prefix/bin/fade"
put 644 core/fade_plugin.h "$prefix/include/fade/fade_plugin.h"
for header in plugins/physics/common_cell*.h; do
    put 644 "$header" "$prefix/include/fade/$(basename "$header")"
done
for plugin in "$@"; do
    put 644 "$plugin" "$libdir/fade/plugins/$(basename "$plugin")"
done
put 644 "$BUILD/install/lua/fade.so" "$libdir/lua/5.4/fade.so"
put 644 lua/fade.d.lua "$prefix/share/fade/lua/fade.d.lua"
for scenario in scenarios/* scenarios/profiles/*; do
    [ -f "$scenario" ] && put 644 "$scenario" "$prefix/share/fade/$scenario"
done

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
sed -e "s|@prefix@|$prefix|" -e "s|@libdir@|$libdir|" -e "s|@version@|$version|" -e "s|@abi@|$abi|" \
    fade-plugin.pc.in > "$made/pc"
put 644 "$made/pc" "$libdir/pkgconfig/fade-plugin.pc"
"$fade" man > "$made/man"
put 644 "$made/man" "$prefix/share/man/man1/fade.1"
"$fade" completion bash > "$made/bash"
put 644 "$made/bash" "$prefix/share/bash-completion/completions/fade"
"$fade" completion zsh > "$made/zsh"
put 644 "$made/zsh" "$prefix/share/zsh/site-functions/_fade"
"$fade" completion fish > "$made/fish"
put 644 "$made/fish" "$prefix/share/fish/vendor_completions.d/fade.fish"
echo "installed in $to$prefix: bin/fade, $# plugins, the Lua module, fade_plugin.h, common_cell.h, fade-plugin.pc," \
    "manual, completions, scenarios"

#!/usr/bin/env bash
# install.sh - an installed fade finds its plugins, serves plugin authors by pkg-config, and leaves nothing behind.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"

build=${FADE_BUILD:-build}

# Staged for a package.
stage=$work/stage
check "make install DESTDIR=" make --no-print-directory BUILD="$build" PREFIX=/opt/fade DESTDIR="$stage" install
for file in bin/fade include/fade/fade_plugin.h include/fade/common_cell.h lib/fade/plugins/xu2018.so \
    lib/pkgconfig/fade-plugin.pc share/man/man1/fade.1 share/bash-completion/completions/fade \
    share/fade/scenarios/virtual-fleet.toml; do
    check "$file is there" test -s "$stage/opt/fade/$file"
done
check "the manual is sound" mandoc -T lint -W error "$stage/opt/fade/share/man/man1/fade.1"
export PKG_CONFIG_PATH=$stage/opt/fade/lib/pkgconfig
plugindir=$(pkg-config --variable=plugindir fade-plugin)
check "pkg-config knows the plugin folder" test "$plugindir" = /opt/fade/lib/fade/plugins
check "and the ABI" test "$(pkg-config --variable=abi fade-plugin)" = 1.0
fails "and the flags that keep results the same" 0 -ffp-contract=off pkg-config --cflags fade-plugin

# For real, under a prefix of our own: found without any setting.
usr=$work/usr
to=(make --no-print-directory BUILD="$build" PREFIX="$usr" DESTDIR=)
check "make install PREFIX=" "${to[@]}" install
fails "the installed command finds its plugins" 0 "xu2018" env -i HOME="$work" "$usr/bin/fade" plugin show xu2018
fails "in its own folder" 0 "$usr/lib/fade/plugins" env -i HOME="$work" "$usr/bin/fade" plugin list --json
if command -v lua5.4 > /dev/null; then
    fails "the stock interpreter finds the module and its plugins" 0 "$usr/lib/fade/plugins/xu2018.so" \
        env -i HOME="$work" LUA_CPATH="$usr/lib/lua/5.4/?.so" lua5.4 -e 'print(require("fade").plugin("xu2018").path)'
else
    skip "the stock interpreter finds the module" "no lua5.4"
fi
check "annotations for editors are there" test -s "$usr/share/fade/lua/fade.d.lua"

# Variables of this make must not reach the author's.
unset MAKEFLAGS MAKELEVEL
export PKG_CONFIG_PATH=$usr/lib/pkgconfig
mkdir "$work/author"
check "a new plugin" sh -c "cd '$work/author' && '$usr/bin/fade' plugin new physics my-law"
check "builds with the installed header alone" make -C "$work/author/my-law"
check "and passes its check" "$usr/bin/fade" plugin check "$work/author/my-law/my-law.so"

check "make uninstall" "${to[@]}" uninstall
check "leaves nothing" test -z "$(find "$usr" -type f)"

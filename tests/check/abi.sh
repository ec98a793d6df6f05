#!/usr/bin/env bash
# abi.sh - the plugin ABI is the stored one: offsets, sizes, values (docs/abi.dump).
set -uo pipefail
dump=${FADE_BUILD:-build}/tests/abi_dump
if [ ! -x "$dump" ] || [ ! -e docs/abi.dump ]; then
    echo "there is no $dump or no docs/abi.dump"
    exit 77
fi
"$dump" | diff docs/abi.dump - && exit 0
echo "the ABI changed: rule of change in core/fade_plugin.h; a deliberate addition is stored by: $dump > docs/abi.dump"
exit 1

#!/usr/bin/env bash
# docs.sh FOLDER - writes FOLDER/plugins/NAME.md for every plugin and FOLDER/keys.md, from the tables in the program.
set -euo pipefail
cd "$(dirname "$0")/.."
fade=${BUILD:-build}/fade to=$1

mkdir -p "$to/plugins"
for library in "${BUILD:-build}"/plugins/*.so; do
    name=$(basename "$library" .so)
    "$fade" plugin show "$name" --markdown > "$to/plugins/$name.md"
done
"$fade" config keys --markdown > "$to/keys.md"

#!/usr/bin/env bash
# lua.sh - luacheck over our Lua: examples, scripts, annotations, the blocks of docs (a walk-through is one program,
# elsewhere each block stands for itself).
set -uo pipefail
command -v luacheck > /dev/null || {
    echo "there is no luacheck (Debian: lua-check)"
    exit 77
}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

while read -r page; do
    name=${page//\//-}
    case $page in
        docs/walkthroughs/*) awk -f tests/blocks.awk "$page" > "$made/$name.lua" ;;
        *) awk -v to="$made/$name" '
            /^```/ {
                if (on) { close(file); on = 0 }
                else if ($0 == "```lua") { on = 1; file = to "-" FNR ".lua" }
                next
            }
            on { print > file }' "$page" ;;
    esac
done < <(git ls-files -co --exclude-standard -- 'docs/*.md' README.md)

mapfile -t ours < <(git ls-files -co --exclude-standard -- 'scenarios/*.lua' 'scripts/*.lua' 'lua/*.lua')
luacheck --config .luacheckrc --no-color -q "${ours[@]}" || exit 1
find "$made" -name '*.lua' -print0 | xargs -0 -r luacheck --config .luacheckrc --no-color -q --globals fade \
    --ignore 211 212 213 221 231 241 311 --

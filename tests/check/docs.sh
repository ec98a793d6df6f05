#!/usr/bin/env bash
# docs.sh - generated pages are what the program's tables say, the manual is sound, and links between our pages lead
# somewhere.
set -uo pipefail
bad=0
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

if BUILD=${FADE_BUILD:-build} scripts/docs.sh "$made"; then
    for page in "$made"/plugins/*.md "$made"/keys.md; do
        if ! diff -q "$page" "docs${page#"$made"}" > /dev/null; then
            echo "docs${page#"$made"} is not what the tables say: make docs"
            bad=1
        fi
    done
else
    bad=1
fi

"${FADE_BUILD:-build}/fade" man > "$made/fade.1" && mandoc -T lint -W warning "$made/fade.1" || bad=1

while read -r page; do
    [ -f "$page" ] || continue
    grep -oE '\]\([^)#]+' "$page" | sed 's/^](//' | grep -vE '^(https?|mailto):' | while read -r link; do
        [ -e "$(dirname "$page")/$link" ] || echo "$page: link to $link leads nowhere"
    done
done < <(git ls-files -co --exclude-standard -- '*.md') > "$made/links"
if [ -s "$made/links" ]; then
    cat "$made/links"
    bad=1
fi
exit $bad

#!/usr/bin/env bash
# plugins.sh - every plugin passes its check; where plugins are looked for, in which order, and what is refused.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export HOME=$work/home
mkdir -p "$HOME"
plugins=$(dirname "$FADE")/plugins

for at in "$plugins"/*.so; do
    name=$(basename "$at" .so)
    if "$FADE" plugin check "$at" > "$work/said" 2>&1; then
        ok "plugin check $name: $(tail -n 1 "$work/said")"
    else
        bad "plugin check $name" "$(grep -vE '^  (ok|note|skip)' "$work/said")"
    fi
    kind=$("$FADE" plugin show "$name" --json 2> /dev/null | jq -r .kind)
    check "plugin show $name names its kind and parameters" [ -n "$kind" ]
done
check "the list as JSON" jq -e 'length >= 14' <("$FADE" plugin list --json)

# A folder with a plugin of its own: the first folder that has the name wins.
make_one() { # FOLDER VERSION
    mkdir -p "$1"
    sed "s/\"1.0.0\"/\"$2\"/" plugins/physics/power-law/power-law.c > "$work/power-law.c"
    ${CC:-gcc} -shared -fPIC -fvisibility=hidden -Icore -o "$1/power-law.so" "$work/power-law.c" -lm 2> "$work/cc"
}
version() { "$FADE" plugin show power-law "$@" --json 2> "$work/said" | jq -r .version; }
if make_one "$work/a" 7.0.1 && make_one "$work/b" 7.0.2 && make_one "$HOME/.local/lib/fade/plugins" 7.0.3; then
    check "the user's folder comes before the command's own" [ "$(version)" = 7.0.3 ]
    check "FADE_PLUGIN_PATH comes before the user's folder" \
        [ "$(FADE_PLUGIN_PATH=$work/b version)" = 7.0.2 ]
    check "--plugin-dir comes before FADE_PLUGIN_PATH" \
        [ "$(FADE_PLUGIN_PATH=$work/b version --plugin-dir "$work/a")" = 7.0.1 ]
    rm -rf "$HOME/.local"
    full=$(realpath "$FADE")
    check "never the working directory" [ "$(cd "$work/a" && FADE=$full version)" = 1.0.0 ]
    cp scenarios/minimal.toml "$work/a/s.toml"
    sed -i 's/xu2018/power-law/' "$work/a/s.toml"
    check "never the scenario's folder" "$FADE" run "$work/a/s.toml" --quiet --cycles 3 --out "$work/out"
    check "the run used the command's own" \
        jq -e '[.made_by.plugins[] | select(.id == "power-law").version] == ["1.0.0"]' "$work/out/result.json"
    chmod o+w "$work/a"
    fails "a world-writable folder is refused" 5 "anyone may write" "$FADE" plugin show power-law --plugin-dir "$work/a"
    chmod o-w "$work/a"
    chmod o+w "$work/a/power-law.so"
    fails "a world-writable file is refused" 5 "anyone may write" "$FADE" plugin show power-law --plugin-dir "$work/a"
else
    skip "search order" "no compiler: $(head -n 1 "$work/cc")"
fi
fails "an unknown name is answered with the nearest" 5 "xu2018" "$FADE" plugin show xu2081

#!/usr/bin/env bash
# params.sh - fade params: shown, compared, exported and imported back, exactly.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
five=$PWD/scenarios/compare.toml
fleet=$PWD/scenarios/virtual-fleet.toml
cell=$PWD/scenarios/cell-protocol.toml
cd "$work" || exit

says() {
    local what=$1 expected=$2 said
    shift 2
    if said=$("$@" 2> err) && [[ $said == *"$expected"* ]]; then ok "$what"; else bad "$what" "$said $(cat err)"; fi
}
json() {
    python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))
sys.exit(0 if eval(sys.argv[2]) else str(v)[:600])' "$@"
}

says "show tells value, unit and meaning" "Calendar ageing per second." "$FADE" params show "$five"
"$FADE" params show "$five" --json > show.json
check "as JSON too" json show.json \
    '[(p["value"], p["unit"], p["set"]) for p in v if (p["at"], p["key"]) == ("physics.1", "k_t")] == [
        (4.14e-10, "1/s", False)]'
"$FADE" params show "$five" --set 'physics.1.k_t="1e-9 1/s"' --json > set.json
check "what is set is marked, in the declared unit" json set.json \
    'any((p["at"], p["key"], p["value"], p["set"]) == ("physics.1", "k_t", 1e-9, True) for p in v)'

# --- there and back
odd=(--set physics.1.k_t=4.1399999999999997e-10 --set physics.1.a_sei=0.1 --set 'physics.1.temperature_ref="26.35 degC"'
    --set 'physics.5.c={ mean = 0.003, sd = 0.0001 }')
for kind in toml json; do
    check "export as $kind" "$FADE" params export "$five" "${odd[@]}" -o one.$kind
    check "import it" "$FADE" params import "$five" one.$kind -o two.toml
    "$FADE" params export two.toml -o two.$kind
    if [ $kind = toml ]; then
        same "the same bytes come back ($kind)" one.$kind two.$kind
    else
        check "the same values come back ($kind)" python3 -c \
            'import json; assert json.load(open("one.json")) == json.load(open("two.json"))'
    fi
    said=$("$FADE" params diff two.toml one.$kind)
    check "diff finds nothing ($kind)" [ -z "$said" ]
done
"$FADE" run "$five" "${odd[@]}" --quiet --out a > out 2>&1
"$FADE" run two.toml --quiet --out b > out 2>&1
same "a run gives the same rows" a/rows.csv b/rows.csv

# --- coupled parts, maps, files of some parameters
"$FADE" params export "$cell" --set physics.1.parts.2.c=0.002 -o cell.toml
says "parts have places of their own" "physics.1.parts.2: power-law" "$FADE" params show "$cell"
"$FADE" params import "$cell" cell.toml > cell2.toml
says "and come back" "* c" "$FADE" params show cell2.toml
said=$("$FADE" params diff "$cell" cell.toml)
check "diff tells what differs" [ "$said" = "physics.1.parts.2.c: 0.005 | 0.002" ]
printf '[[physics]]\nk_t = "5e-10 1/s"\n' > some.toml
says "a file may hold some of them" "physics.1.k_t: 4.14e-10 | 5e-10" bash -c \
    "'$FADE' params import '$fleet' some.toml -o s.toml && '$FADE' params diff '$fleet' s.toml"
"$FADE" params diff "$fleet" "$five" --json > diff.json
check "other plugins are told as that" json diff.json \
    '[(d["key"], d["a"], d["b"]) for d in v if d["at"] == "physics.2"] == [("plugin", "power-law", "wang2011")]'

# --- what is wrong
"$FADE" params export "$five" -o five.toml
fails "other plugins are refused" 4 "physics.2 is wang2011" "$FADE" params import "$fleet" five.toml
sed 's/^k_t = .*/k_t = -1/' one.toml > neg.toml
fails "bounds are checked" 4 "k_t" "$FADE" params import "$five" neg.toml
sed 's/^k_t = /k_tt = /' one.toml > typo.toml
fails "unknown keys have a nearest name" 4 "did you mean 'k_t'" "$FADE" params import "$five" typo.toml
printf '[[physics]]\n[[physics]]\n[[physics]]\nc = 1\n' > many.toml
fails "places that are not there are refused" 4 "physics.3" "$FADE" params import "$fleet" many.toml
printf '[run]\nseed = 1\n' > run.toml
fails "other sections hold no parameters" 4 "[run] holds no parameters" "$FADE" params import "$fleet" run.toml
echo '{"physics": [{"k_t": null}]}' > null.json
fails "null is no value" 4 "holds no parameters" "$FADE" params import "$fleet" null.json
echo '{"physics": [' > cut.json
fails "damaged JSON has a place" 4 "cut.json:" "$FADE" params import "$fleet" cut.json
echo 'a = [' > cut.toml
fails "damaged TOML has a place" 4 "cut.toml:" "$FADE" params import "$fleet" cut.toml
fails "no such file" 4 "none.toml" "$FADE" params import "$fleet" none.toml
fails "no such folder" 7 "nowhere" "$FADE" params export "$fleet" -o nowhere/p.toml
"$FADE" params import "$fleet" some.toml --json > import.json
check "import as JSON" json import.json 'v["parameters"] == 1 and "k_t" in v["scenario"]'
for verb in show diff export import; do
    says "help of params $verb" "usage: fade params $verb" "$FADE" params $verb --help
done
echo "1..$number"

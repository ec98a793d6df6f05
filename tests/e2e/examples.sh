#!/usr/bin/env bash
# examples.sh - the examples of docs/examples.md run, and say what that page says.
# shellcheck disable=SC2016             # backquotes are the page's
# uncounted: what it runs of core/ other tests run too, so `coverage` does without its minutes
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
root=$PWD
case $FADE in /*) ;; *) FADE=$root/$FADE ;; esac
scenarios=$root/scenarios page=$root/docs/examples.md
cd "$work" || exit

cat > answers.py << 'END'
# answers.py PHRASE EXPRESSION PAGE - the phrase stands in the page, and its numbers are those of the expression, of
# which v is what was said (JSON, or a list of the numbers in each line).
import json, re, sys

def numbers(text):
    return [float(n.replace(",", "")) for n in re.findall(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?", text)]

def digits(text):
    return [len(n.partition(".")[2]) for n in re.findall(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?", text)]

phrase = sys.argv[1]
said = open("said").read()
v = json.loads(said) if said.startswith("{") else [numbers(line) for line in said.splitlines()]
lives = {(l["cell"], l["model"]): l for l in v["lives"]} if "lives" in v else {}
years = lambda cell, model: lives[cell, model]["end_of_life_years"]
left = lambda cell, model, cycle: [100 * p["soh_ratio"] for p in lives[cell, model]["points"] if p["cycle"] == cycle][0]
panasonic, kokam, lfp, denso = "nca-gr-panasonic", "nmc111-gr-kokam", "lfp-gr-250ah", "nmc622-gr-denso"
page = re.sub(r"\s+", " ", open(sys.argv[3]).read())
if re.sub(r"\s+", " ", phrase) not in page:
    sys.exit("the page does not say so: " + phrase)
bare = re.sub(r"`[^`]*`", "", phrase)
expected, found = numbers(bare), list(eval(sys.argv[2]))
if len(expected) != len(found):
    sys.exit(f"the page has {expected}, found {found}")
for e, f, n in zip(expected, found, digits(bare)):
    if not (abs(e - f) <= 0.6 * 10 ** -n + 0.001 * abs(e)):
        sys.exit(f"the page says {e}, found {f} (of {found})")
END

# run COMMAND.. - what it prints goes to `said`; it must end with 0.
run() {
    check "runs: ${*/#$root\//}" sh -c '"$@" > said 2> err || { cat err; exit 1; }' sh "$@"
}
# answer PHRASE EXPRESSION - as answers.py.
answer() { check "answer: $1" python3 answers.py "$1" "$2" "$page"; }
life() { run "$FADE" lifetime "$scenarios/$1" "${@:2}" --json; }

# --- what they run on
mkdir made
check "profiles are made" "$FADE" lua "$root/scripts/profiles.lua" made
check "are those that are there" diff -r made "$scenarios/profiles"
check "are small" test -z "$(find made -size +19k)"
for name in car-climates commute home-storage spare fleet-life compare-chemistries; do
    check "$name is sound" "$FADE" check "$scenarios/$name.toml"
done

# --- in words: rows are no cycles
said() { check "says: $1" grep -q -- "$1" <("${@:2}" 2> /dev/null); }
said 'end of life: SoH_Q below 80 %; a row is 30 days' "$FADE" lifetime "$scenarios/car-climates.toml"
said 'end of life, row  *EFC  *years  *RUL at row 0, rows' "$FADE" lifetime "$scenarios/car-climates.toml"
said '   years   ' "$FADE" lifetime "$scenarios/car-climates.toml"
said 'in rows of the duty' "$FADE" compare "$scenarios/compare-chemistries.toml"
said 'rows of 30 days, cells keep' "$FADE" run "$scenarios/commute.toml" --dry-run
"$FADE" lifetime "$scenarios/car-climates.toml" > /dev/null 2> warned
check "a range is told in degC" grep -q 'degC (cell seattle, row 1) is outside 15..35' warned
"$FADE" compare "$scenarios/compare-chemistries.toml" --out chemistries.html > /dev/null 2>&1
check "a life that does not end is at least so long" grep -q '>at least 15<' chemistries.html
check "a page draws a duty over time" grep -q 'Capacity against time' chemistries.html

# --- cars
life car-climates.toml --at 183
answer 'after 12.2 years in Honolulu and 12.9 in Miami' '[years("honolulu", panasonic), years("miami", panasonic)]'
answer 'in Seattle 86.1 % are left after 15' '[left("seattle", panasonic, 183), 15]'
answer '`nmc111-gr-kokam` 89.9, 90.3 and 96.2 % are left' \
    '[left(c, kokam, 183) for c in ("honolulu", "miami", "seattle")]'
run "$FADE" compare "$scenarios/car-climates.toml" --json
answer '0.184 of calendar loss against 0.009 of cycling' '[m["value"] for m in v["models"][0]["loss"]]'
answer 'below which 23 % of the days are' '[100 * v["models"][0]["ranges"][2]["outside_share"]]'

week=$FADE_DATA/duty_profiles/personal_ev_largebatt.csv
climate=$FADE_DATA/climate
if [ -e "$week" ] && [ -e "$climate/nsrdb_honolulu.csv" ]; then
    tables='["'$climate/nsrdb_honolulu.csv'", "'$climate/hourly_temperature_miami.csv'", "'
    tables+=$climate/seattle-weather-hourly-normals.csv'"]'
    life car-climates.toml --set "source.path=$week" --set "source.temperature_paths=$tables"
    answer 'says 13.3 and 14.0 years' \
        '[years("nsrdb_honolulu", panasonic), years("hourly_temperature_miami", panasonic)]'
    check "in Seattle it lasts longer" python3 -c 'import json
assert json.load(open("said"))["lives"][4]["end_of_life_years"] is None'
    life car-climates.toml --set "source.path=$week"
    answer 'the waves say 13.4 and 14.2' '[years("honolulu", panasonic), years("miami", panasonic)]'
else
    skip "measured climates and a measured week" "no $climate"
fi

life commute.toml --at 183
answer 'after 12.7 years if it is charged to 80 %, after 8.2 if to 100 % every evening, and after 9.1' \
    '[years("commute-to-80", panasonic), 80, years("commute-to-100", panasonic), 100,
    years("commute-to-100-late", panasonic)]'
answer '`nmc111-gr-kokam` 90.4, 85.9 and 86.6 % are left' \
    '[left(c, kokam, 183) for c in ("commute-to-80", "commute-to-100", "commute-to-100-late")]'
life commute.toml --set physics.1.plugin=nmc811-grsi-m50
answer 'after 5.6 years when charged to 80 %, and after 6.5 when to 100 %' \
    '[years("commute-to-80", "nmc811-grsi-m50"), 80, years("commute-to-100", "nmc811-grsi-m50"), 100]'

run "$FADE" lua "$scenarios/fast-charge.lua" fast
answer '`nmc622-gr-denso` 83.8 % are left' '[v[1][1]]'
answer 'leaves 79.6 %, every fourth 76.6 %, half of them 71.8 %, all of them 64.6 %' '[v[i][1] for i in (2, 3, 5, 9)]'
answer '(81.2, 81.1 %)' '[v[1][2], v[9][2]]'

# --- batteries that stand
life home-storage.toml --at 122
answer '89.5 % of an LFP battery (`lfp-gr-250ah`) and 79.4 % of an NMC one' \
    '[left("home-solar", lfp, 122), left("home-solar", denso, 122)]'
answer 'shaving peaks 92.6 and 85.4 %' '[left("home-peaks", lfp, 122), left("home-peaks", denso, 122)]'
answer 'moves 1,226 equivalent full cycles where the sun moves 2,623' \
    '[lives[c, lfp]["points"][0]["efc"] for c in ("home-peaks", "home-solar")]'
answer 'Neither falls below 70 % in 20 years' '[70 if not any(l["end_of_life_cycle"] for l in v["lives"]) else 0, 20]'
run "$FADE" compare "$scenarios/home-storage.toml" --json
answer '87 % are not as deep' '[100 * v["models"][0]["ranges"][0]["outside_share"]]'
life home-storage.toml --at 122 --set "source.temperature=35 degC"
answer '88.0 % (sun) and 87.9 % (peaks) are left' '[left("home-solar", lfp, 122), left("home-peaks", lfp, 122)]'
life home-storage.toml --at 122 --set duty.keep=energy
answer 'leaves 76.0 % of the NMC one' '[left("home-solar", denso, 122)]'

run "$FADE" lua "$scenarios/second-life.lua" second
answer 'up to 80 % after 8.2 years' '[80, v[0][0]]'
answer 'it takes 9.7 years more in the car, 12.7 storing the sun at home and 14.7 shaving peaks' \
    '[v[1][1], v[2][0], v[3][0]]'
answer '(3.7 and 3.4 years)' '[v[2][2], v[3][2]]'

run "$FADE" sweep run "$scenarios/spare.toml" --store spare.sqlite
run "$FADE" sweep table spare.sqlite
check "105 cases" test "$(grep -c ,done, said)" -eq 105
spare='dict(((round(float(r.split(",")[8]) - 273.15), round(float(r.split(",")[9]), 2)), 100 * float(r.split(",")[10]))
    for r in said.splitlines()[1:])'
answer 'at 20 degC 92.1 % are left if it was full, 98.5 % if half full, 99.9 % at a fifth' \
    "(lambda s: [20, s[20, 1], s[20, 0.5], s[20, 0.2]])($spare)"
answer 'at 40 degC 66.4, 92.8 and 99.3 %' "(lambda s: [40, s[40, 1], s[40, 0.5], s[40, 0.2]])($spare)"
answer '(0 degC) even a full one keeps 98.5 %' "(lambda s: [0, s[0, 1]])($spare)"

run "$FADE" lua "$scenarios/arbitrage.lua" trade
answer 'on a day of 75 % 81.52 kWh are bought, of which 92 %, 75.00 kWh' \
    '[v[0][0], v[0][1], 100 * v[0][2] / v[0][1], v[0][3]]'
answer 'books the 410.625 MWh that are sold' '[v[1][2]]'
answer 'use up 3,314 EUR' '[v[3][3]]'
answer 'at 87.5 % of depth, 1,933 EUR (18,390 in, 16,457 out)' '[v[-1][0], v[10][4], v[10][2], v[10][3]]'
check "what the rows move is what the grid gets" python3 -c 'import csv
rows = list(csv.DictReader(open("trade/75 %/rows.csv")))
days = float(rows[-1]["test_time_second"]) / 86400
assert abs(days - 15 * 365) < 1e-6
assert abs(100 * float(rows[-1]["equivalent_full_cycles"]) - 25 * 3 * days) < 1e-6       # kWh; kW h a day'

# --- fleets, chemistries
life fleet-life.toml --within "7 years" --within "8 years"
answer '5 % are at 70 % after 7.4 years, half after 8.4, 95 % after 9.5' \
    '(lambda p: [5, 70, p[0]["years"], p[2]["years"], 95, p[4]["years"]])(v["fleets"][0]["percentiles"])'
answer 'within 7 years 1 % fail (2 of 200; 0.3 to 3.6 %)' \
    '(lambda w: [7, 100 * w["probability"], 2, 200, 100 * w["lower"], 100 * w["upper"]])(v["fleets"][0]["within"][0])'
answer '8 years 26 % (20 to 33 %)' \
    '(lambda w: [8, 100 * w["probability"], 100 * w["lower"], 100 * w["upper"]])(v["fleets"][0]["within"][1])'
life early-warning.lua --early 6 --within "8 years"
answer '`cell-04` fades 1.44 times as fast as the median, a robust z of 9.4' \
    '[(c["times_median"], c["z"]) for c in v["fleets"][0]["early_warning"]["cells"] if c["cell"] == "cell-04"][0]'
answer 'at 80 % after 4.1 years, half of the others after 8.2' \
    '[80, years("cell-04", panasonic), v["fleets"][0]["percentiles"][2]["years"]]'
answer 'Within 8 years 43 % are due' '[8, 100 * v["fleets"][0]["within"][0]["probability"]]'
check "and no other" python3 -c 'import json
assert len(json.load(open("said"))["fleets"][0]["early_warning"]["cells"]) == 1'

run "$FADE" compare "$scenarios/compare-chemistries.toml" --json
ends='dict((m["variant"], m["eol_years"]) for m in v["models"])'
answer '`nmc111-gr-sanyo` (1.3 years), `nmc811-grsi-mj1` (1.8) and `lmo-gr-leaf` (2.9)' \
    "(lambda e: [e['nmc111-gr-sanyo'], e['nmc811-grsi-mj1'], e['lmo-gr-leaf']])($ends)"
answer '`nmc-gr-a` (9.1) and `nca-grsi-sony` (12.4)' "(lambda e: [e['nmc-gr-a'], e['nca-grsi-sony']])($ends)"
answer 'and 12 are inside' '[sum(m["validity"] == "inside" for m in v["models"])]'

# --- pictures
if command -v gnuplot > gnuplot.txt; then
    check "all pictures are drawn" env BUILD="$(dirname "$FADE")" "$root/scripts/figures.sh" "$work/figures"
    grep -o 'figures/[a-z-]*\.svg' "$page" | while read -r name; do
        [ -s "$name" ] || echo "$name is not drawn"
        [ "$(wc -c < "$root/docs/$name")" -lt 60000 ] || echo "docs/$name is too large"
    done > missing
    check "those of the page are among them" test ! -s missing
    check "over years, to the end of life" grep -q "end of life, 80 %" figures/commute.svg
else
    skip "pictures" "no gnuplot"
fi
echo "1..$number"

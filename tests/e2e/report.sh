#!/usr/bin/env bash
# report.sh - reports in a real browser: charts are drawn, nothing is complained of, nothing is asked of a network; on a
# phone, in the dark, on paper; from results, data and runs that were resumed.
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
export NO_COLOR=1
case $FADE in /*) ;; *) FADE=$PWD/$FADE ;; esac
scenarios=$PWD/scenarios
cd "$work" || exit
chromium=$(command -v chromium || command -v chromium-browser)

# browse FILE OUT FLAG.. - opens it in a fresh browser that has no way out; what it says lands in said.err.
browse() {
    local file=$1 out=$2
    shift 2
    rm -rf profile
    timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars \
        --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage \
        --user-data-dir="$work/profile" --host-resolver-rules="MAP * ~NOTFOUND" --proxy-server=127.0.0.1:9 \
        --enable-logging=stderr --virtual-time-budget=4000 "$@" "file://$PWD/$file" > "$out" 2> said.err
}

# look FILE.html WIDTH - a page that frames it in that width and says as JSON what it finds in it.
look() {
    cat > look.html << END
<!DOCTYPE html><body style="margin:0"><iframe id="f" src="$1" style="width:${2}px;height:9000px;border:0"></iframe>
<script>
function inked(c) {
    const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
    let n = 0;
    for (let i = 3; i < d.length; i += 4) n += d[i] > 0;
    return n;
}
f.onload = () => setTimeout(() => {
    const d = f.contentDocument, charts = [...d.querySelectorAll(".chart")];
    const past = [...d.querySelectorAll("canvas, svg, select, h1, p")]
        .filter(e => e.getBoundingClientRect().right > $2);
    document.title = "FOUND" + JSON.stringify({
        charts: charts.length, drawn: +d.documentElement.dataset.drawn, title: d.title,
        empty: charts.filter(c => !c.querySelector("canvas, svg path, svg rect")).map(c => c.dataset.kind),
        blank: [...d.querySelectorAll("canvas")].filter(c => inked(c) < 500).length,
        canvases: d.querySelectorAll("canvas").length, images: d.querySelectorAll("img").length,
        wide: d.documentElement.scrollWidth, past: past.length, theme: d.documentElement.dataset.theme,
        unlabelled: charts.filter(c => !c.getAttribute("aria-label")).length,
        tables: d.querySelectorAll("figure details table tbody tr").length
    });
}, 800);
</script>
END
    browse look.html look.dom --allow-file-access-from-files --dump-dom
    python3 -c 'import html, re, sys
m = re.search(r"<title>FOUND(.*?)</title>", sys.stdin.read(), re.S)
print(html.unescape(m.group(1)) if m else "{}")' < look.dom > look.json
}
found() {
    python3 -c 'import json, sys
v = json.load(open("look.json"))
sys.exit(0 if v and eval(sys.argv[1]) else str(v)[:600])' "$1"
}
quiet() { ! grep -h 'CONSOLE' said.err; }

# pixels FILE.png EXPRESSION - of its size (w, h), how many colours it has, and its pixel at(x, y).
pixels() {
    python3 -c 'import struct, sys, zlib
b, p, z = open(sys.argv[1], "rb").read(), 8, b""
while p < len(b):
    n, kind = struct.unpack(">I4s", b[p:p + 8])
    if kind == b"IHDR":
        w, h, depth, colour = struct.unpack(">IIBB", b[p + 8:p + 18])
    if kind == b"IDAT":
        z += b[p + 8:p + 8 + n]
    p += 12 + n
raw, k = zlib.decompress(z), {2: 3, 6: 4}[colour]
rows, last = [], bytearray(w * k)
for y in range(h):
    f, row = raw[y * (w * k + 1)], bytearray(raw[y * (w * k + 1) + 1:(y + 1) * (w * k + 1)])
    for i in range(w * k if f else 0):
        a, u, c = row[i - k] if i >= k else 0, last[i], last[i - k] if i >= k else 0
        q = a + u - c
        best = min((abs(q - a), 0, a), (abs(q - u), 1, u), (abs(q - c), 2, c))[2]
        row[i] = (row[i] + (0, a, u, (a + u) // 2, best)[f]) & 255
    rows.append(row)
    last = row
at = lambda x, y: tuple(rows[y][x * k:x * k + 3])
colours = len({at(x, y) for y in range(0, h, 3) for x in range(0, w, 3)})
sys.exit(0 if eval(sys.argv[2]) else f"{w} x {h}, {at(2, 2)}, {colours} colours")' "$1" "$2"
}

# self_contained FILE - what it needs is in it.
self_contained() {
    python3 -c 'import re, sys
t = open(sys.argv[1], encoding="utf-8").read()
bad = re.findall(r"(?:src|action|srcset|poster)\s*=\s*\"[^\"]*\"", re.sub(r"<script>.*?</script>", "", t, flags=re.S))
bad += [h for h in re.findall(r"<[^>]*href\s*=\s*\"([^\"]*)\"", t) if not h.startswith(("#", "data:,"))]
bad += re.findall(r"@import|url\([^)]*\)|\bfetch\(|XMLHttpRequest|importScripts|new WebSocket", t)
known = ("https://github.com/leeoniya", "http://www.w3.org/")
bad += [u for u in re.findall(r"https?://[^\s\"<)]+", t) if not u.startswith(known)]
sys.exit(str(bad)[:400] if bad else 0)' "$1"
}

# --- a run ends with one
check "a run with the output report" "$FADE" run "$scenarios/virtual-fleet.toml" --quiet --out fleet \
    --set source.cycles=300 --set source.cells=5
check "leaves it in its folder" [ -s fleet/report.html ]
check "it needs nothing else" self_contained fleet/report.html
check "a report of the result" "$FADE" report fleet -o a.html --quiet
"$FADE" report fleet -o b.html > said
same "has the same bytes every time" a.html b.html
check "and says where it is" grep -qx b.html said
check "as JSON too" grep -q '"file":"b.html"' <("$FADE" report fleet -o b.html --json)

# --- its charts show what the database holds
cat > equal.py << 'END'
import json, re, sqlite3, sys
t = open("fleet/report.html", encoding="utf-8").read()
charts = {}
for figure in t.split("<figure>")[1:]:
    data = re.search(r'<script type="application/json" id="d\d+">(.*?)</script>', figure, re.S)
    if data:
        charts[re.search(r"<h3>(.*?)</h3>", figure).group(1)] = json.loads(data.group(1))
db, wrong, seen = sqlite3.connect("fleet/results.sqlite"), [], 0
def column(cell, name, variant, after=0):
    where = "cell = ? and variant = ? and cycle > ? order by cycle"
    return list(db.execute(f'select cycle, "{name}" from row where {where}', (cell, variant, after)))
def same(what, series, rows, key="y"):
    global seen
    seen += 1
    if len(rows) != len(series["x"]) or any(x != c or abs(y - v) > 1e-5 * abs(v)
                                            for (c, v), x, y in zip(rows, series["x"], series[key])):
        wrong.append(what)
variants = [v for v, in db.execute("select distinct variant from row order by number")]
for page in charts["Capacity against cycles"]["pages"]:
    cell, series = page["name"], {s["name"]: s for s in page["series"]}
    same(f"measured {cell}", series["measured"], column(cell, "capacity_ah", variants[0]))
    for v in variants:
        same(f"physics {cell} {v}", series[v.split("+")[0] + " physics"], column(cell, "physics_capacity_ah", v))
        for key, name in ("y", "hybrid_capacity_ah"), ("lo", "hybrid_lower_ah"), ("hi", "hybrid_upper_ah"):
            same(f"{name} {cell} {v}", series[v], column(cell, name, v, 150), key)
for page in charts["Temperature against cycles"]["pages"]:
    for series in page["series"]:
        rows = column(series["name"], page["name"].replace(" ", "_") + "_celsius", variants[0])
        same(f"{page['name']} {series['name']}", series, rows)
sys.exit(str(wrong[:5]) if wrong or seen < 50 else 0)
END
check "its lines are the database's, number for number" python3 equal.py

# --- names are text
evil='</script><img src=x onerror=alert(1)>'
"$FADE" run "$scenarios/virtual-fleet.toml" --quiet --out evil --set source.cycles=60 --set source.cells=1 \
    --set "run.name='$evil'" > /dev/null
check "a run with a wicked name" [ -s evil/report.html ]
check "does not break out of its place" [ "$(grep -c '<img' evil/report.html)" = 0 ]

# --- data
{
    echo "cell,cycle,capacity_ah,temperature_mean_c,flag"
    awk 'BEGIN {
        for (i = 1; i <= 60; i++)
            printf "A,%d,%g,%d,%s\n", i, 2 - 0.004 * i, 25 + i % 5, i == 7 ? "odd" : ""
    }'
} > cells.csv
check "a report of measured data" "$FADE" report cells.csv -o data.html --quiet
check "knows its flags" grep -q '<td class="t">odd' data.html
check "and its numbers" grep -q 'A: capacity goes from 1.996 to 1.76 Ah in 60 cycles' data.html
if [ -f "$FADE_DATA/nasa/B0005.mat" ]; then
    check "a report of a NASA recording" "$FADE" report "$FADE_DATA/nasa/B0005.mat" -o nasa.html --quiet
    check "falls as B0005 does" grep -q 'capacity goes from 1.856 to 1.325 Ah in 168 cycles' nasa.html
else
    skip "a report of a NASA recording" "no $FADE_DATA/nasa/B0005.mat"
fi

# --- a run that was resumed
cat > life.toml << 'END'
[run]
name = "a life"
cycles = 200
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "constant"
cells = 2
temperature_mean = "25 degC"
[[physics]]
plugin = "power-law"
[[output]]
plugin = "csv"
[[output]]
plugin = "report"
END
"$FADE" run life.toml --quiet --out life > /dev/null
check "a run is gone on with" "$FADE" run life.toml --quiet --out life --resume --cycles 300
check "its report counts what came before" grep -q '2 cells of constant under power-law, 600 rows' life/report.html
check "and shows all of it" grep -q 'in 300 cycles' life/report.html

# --- a sweep, a comparison
check "a sweep" "$FADE" sweep run "$scenarios/sweep.toml" --quiet --out swept --set sweep.n=64
check "as a report" "$FADE" report swept/sweep.sqlite -o sweep.html
check "knows what was varied" grep -q 'over source.temperature_mean, source.depth and physics.k_t' sweep.html
check "and what the outcome goes with" grep -q 'soh_ratio@1000 goes most with source.temperature_mean (-0.' sweep.html
check "a comparison" "$FADE" compare "$scenarios/virtual-fleet.toml" --quiet --ablate -o compare.html \
    --set source.cycles=100 --set source.cells=2
check "has its parts" grep -q 'What each part is worth' compare.html

# --- what is wrong is said
fails "no such result" 4 "none" "$FADE" report none
fails "no argument" 2 "RESULT" "$FADE" report
fails "a folder that is not there" 7 "nowhere" "$FADE" report fleet -o nowhere/x.html
fails "no such flag" 2 "did you mean --title" "$FADE" report fleet --titel x
check "help has examples" grep -q 'fade report results' <("$FADE" report --help)

if [ -z "$chromium" ]; then
    skip "in a browser" "no chromium"
    exit
fi

# --- in a browser
for page in fleet/report.html a.html evil/report.html data.html sweep.html compare.html; do
    look "$page" 1280
    check "$page: every chart is drawn" found \
        'v["charts"] > 2 and not v["empty"] and v["blank"] == 0 and v["canvases"] > 0'
    check "$page: with words and a table" found 'v["unlabelled"] == 0 and v["tables"] > 20'
    check "$page: nothing stands out of the page" found 'v["wide"] <= 1280 and v["past"] == 0'
    check "$page: the console is silent" quiet
    [ "$page" = evil/report.html ] &&
        check "the wicked name is the title, to the letter" found "v['title'] == '$evil' and v['images'] == 0"
done
look fleet/report.html 390
check "a phone shows all of it" found 'v["wide"] <= 390 and v["past"] == 0 and not v["empty"] and v["blank"] == 0'
check "in the light" found 'v["theme"] == "light"'

browse fleet/report.html net.dom --dump-dom --log-net-log="$work/net.json" --net-log-capture-mode=Everything
asked=$(grep -o '"url":"[a-z]*://[^"]*"' net.json | grep -vE '"(file|data|chrome|devtools)' |
    grep -vE '://[a-z0-9.-]*(google|googleapis|gstatic)\.com/' | sort -u)
check "a page is looked at" grep -q 'data-drawn="[1-9]' net.dom
check "nothing is asked of a network, but by the browser itself" [ -z "$asked" ]

browse a.html /dev/null --window-size=1280,1000 --screenshot="$work/light.png"
check "a picture of it" pixels light.png 'w == 1280 and h == 1000 and colours > 40 and min(at(2, 2)) > 230'
browse a.html /dev/null --window-size=1280,1000 --blink-settings=preferredColorScheme=0 --screenshot="$work/dark.png"
check "and in the dark" pixels dark.png 'colours > 40 and max(at(2, 2)) < 60'
browse a.html /dev/null --print-to-pdf="$work/a.pdf"
check "on paper" [ "$(head -c 5 a.pdf)" = "%PDF-" ]
